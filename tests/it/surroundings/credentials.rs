//! Whose credentials are used, and what is said where there are none.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use super::{Home, Sim, WRONG_KEYS, with};

const REGION: (&str, &str) = ("AWS_REGION", "us-east-1");

#[test]
fn a_profile_that_is_named_takes_precedence_over_keys_and_one_of_aws_profile_does_not() {
    let (sim, home) = (Sim::begin(), Home::new());
    let endpoint = ("AWS_ENDPOINT_URL", sim.endpoint.as_str());
    let wrong = "aws_access_key_id = AKIACANARY\naws_secret_access_key = canary-secret\n";
    let text = format!("[right]\n{}[wrong]\n{wrong}", sim.profile());
    home.write(".aws/credentials", text)
        .write(".aws/config", "[profile right]\nregion=us-east-1\n");
    let wrong_keys = with(&[&WRONG_KEYS, &[endpoint, REGION]]);
    home.scans(&["--profile", "right"], &wrong_keys);
    home.scans(&[], &with(&[&wrong_keys, &[("TRAILSEAL_PROFILE", "right")]]));
    let of_variable = with(&[&wrong_keys, &[("AWS_PROFILE", "right")]]);
    home.refuses(&[], &of_variable, &["GetCallerIdentity"]);
    let right_keys = with(&[&sim.keys(), &[endpoint, REGION]]);
    home.scans(&[], &with(&[&right_keys, &[("AWS_PROFILE", "wrong")]]));
    home.refuses(&["--profile", "wrong"], &right_keys, &["GetCallerIdentity"]);
    // Without keys in the environment it is the other way round, and the CLI's order of the two.
    home.scans(&[], &[endpoint, ("AWS_PROFILE", "right")]);
    home.scans(&[], &[endpoint, ("AWS_DEFAULT_PROFILE", "right")]);
    home.scans(&[], &[endpoint, ("AWS_PROFILE", "right"), ("AWS_DEFAULT_PROFILE", "wrong")]);
}

#[test]
fn a_profile_that_does_not_exist_is_named_beside_keys_too() {
    let (sim, home) = (Sim::begin(), Home::new());
    let keys = sim.keys();
    let keys = with(&[&keys, &[("AWS_ENDPOINT_URL", &sim.endpoint), REGION]]);
    let places = ["`audti`", ".aws/config", ".aws/credentials", "no such file"];
    home.refuses(&["--profile", "audti"], &keys, &[&places[..], &["--profile"]].concat());
    let variable = with(&[&keys, &[("AWS_PROFILE", "audti")]]);
    home.refuses(&[], &variable, &[&places[..], &["AWS_PROFILE"]].concat());
    home.write(".aws/config", "[profile audit]\nregion = us-east-1\n");
    home.refuses(&["--profile", "audti"], &keys, &["`audti`", "audit"]);
    home.refuses(&["--profile", "default"], &keys, &["`default`"]);
    // As where a script's own variable is empty.
    home.refuses(&["--profile", ""], &keys, &["--profile"]);
    let files = [("AWS_CONFIG_FILE", "elsewhere"), ("AWS_SHARED_CREDENTIALS_FILE", "nowhere")];
    home.refuses(&["--profile", "audit"], &with(&[&keys, &files]), &["elsewhere", "nowhere"]);
}

#[test]
fn half_a_key_pair_is_an_error_that_names_the_other_half() {
    let home = Home::new();
    let [id, secret, token] = WRONG_KEYS;
    home.refuses(&[], &[id, REGION], &["AWS_SECRET_ACCESS_KEY is missing"]);
    home.refuses(&[], &[secret, token], &["AWS_ACCESS_KEY_ID is missing"]);
    home.refuses(&[], &[id, ("AWS_SECRET_ACCESS_KEY", "")], &["AWS_SECRET_ACCESS_KEY is missing"]);
    home.write(".aws/credentials", "[a]\naws_access_key_id=AKIA\n[b]\naws_secret_access_key=x\n");
    home.write(".aws/config", "[profile c]\nrole_arn=arn:aws:iam::1:role/x\nsource_profile=b\n");
    home.refuses(&["--profile", "a"], &WRONG_KEYS, &["`a`", "aws_secret_access_key is missing"]);
    home.refuses(&["--profile", "b"], &[], &["`b`", "aws_access_key_id is missing"]);
    home.refuses(&["--profile", "c"], &[], &["`b`", "aws_access_key_id is missing"]);
}

#[test]
fn a_profile_that_signs_in_by_sso_leads_to_aws_sso_login() {
    let home = Home::new();
    home.write(
        ".aws/config",
        "[profile new]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Audit\n\
         [sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n\
         [profile old]\nsso_account_id = 123456789012\nsso_role_name = Audit\nsso_region = eu-west-1\n\
         sso_start_url = https://corp.awsapps.com/start\n\
         [profile role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = new\n",
    );
    home.refuses(&["--profile", "new"], &[], &["`new`", "aws sso login --profile new"]);
    home.refuses(&["--profile", "old"], &[], &["aws sso login --profile old"]);
    home.refuses(&[], &[("AWS_PROFILE", "role")], &["`role`", "aws sso login --profile new"]);
    // The name of the file is the SHA-1 of `corp`.
    home.write(
        ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
        "{\"accessToken\": \"canary-token\", \"expiresAt\": \"2020-01-01T00:00:00Z\"}",
    );
    home.refuses(&["--profile", "new"], &[], &["aws sso login --profile new"]);
}

#[test]
fn what_the_aws_cli_can_do_and_we_cannot_is_named_with_a_way_out() {
    let home = Home::new();
    home.write(
        ".aws/config",
        "[profile mfa]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base\n\
         mfa_serial = arn:aws:iam::123456789012:mfa/me\n\
         [profile base]\naws_access_key_id = AKIA\naws_secret_access_key = x\n\
         [profile outer]\nrole_arn = arn:aws:iam::123456789012:role/y\nsource_profile = mfa\n\
         [profile login]\nlogin_session = arn:aws:iam::123456789012:user/me\n",
    );
    let way_out = "aws configure export-credentials --profile mfa";
    home.refuses(&["--profile", "mfa"], &[], &["`mfa`", "mfa_serial", "not supported", way_out]);
    home.refuses(&["--profile", "outer"], &WRONG_KEYS, &["`mfa`", "mfa_serial", way_out]);
    home.refuses(&["--profile", "login"], &[], &["`login`", "aws login", "export-credentials"]);
}

#[test]
fn an_aws_configuration_that_cannot_be_read_is_named_with_its_line() {
    let home = Home::new();
    home.write(".aws/config", "[default]\nregion = eu-west-1\nnonsense\n");
    home.refuses(&[], &WRONG_KEYS, &[".aws/config", "line 3"]);
    home.write(".aws/config", b"[default]\nregion = eu-west-1\n# gr\xfc\xdfe\n");
    home.refuses(&[], &WRONG_KEYS, &[".aws/config", "line 3", "UTF-8"]);
    home.write(".aws/config", "").write("keys", "aws_access_key_id = canary-id\n");
    let keys = with(&[&WRONG_KEYS, &[("AWS_SHARED_CREDENTIALS_FILE", "keys")]]);
    home.refuses(&[], &keys, &["keys", "line 1"]);
    home.refuses(&[], &[("AWS_CONFIG_FILE", ".aws")], &["AWS_CONFIG_FILE", ".aws"]);
}

#[test]
fn values_of_a_profile_are_checked_like_variables() {
    let home = Home::new();
    home.write(
        ".aws/config",
        "[profile url]\nendpoint_url = localhost:4566\n\
         [profile service]\nservices = local\n[services local]\nsts =\n  endpoint_url = localhost\n\
         [profile fips]\nuse_fips_endpoint = yes\n\
         [profile region]\nregion = Frankfurt\n\
         [profile key]\naws_access_key_id = AK IA\naws_secret_access_key = canary-1\n",
    );
    for (profile, expected) in [
        ("url", "endpoint_url of the profile `url`"),
        ("service", "endpoint_url of STS"),
        ("fips", "use_fips_endpoint of the profile `fips`"),
        ("region", "region of the profile `region`"),
        ("key", "aws_access_key_id of the profile `key`"),
    ] {
        home.refuses(&["--profile", profile], &[], &[expected]);
    }
}

#[test]
fn a_web_identity_without_its_token_or_role_is_named() {
    let home = Home::new();
    let file = ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/nowhere");
    let role = ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod");
    home.refuses(&[], &[file, role], &["AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/nowhere"]);
    home.refuses(&[], &[file], &["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN is missing"]);
    // In the CLI's order it comes before the keys of a profile, and after those of the environment.
    home.write(".aws/credentials", "[default]\naws_access_key_id=AKIA\naws_secret_access_key=x\n");
    home.refuses(&[], &[file, role], &["AWS_WEB_IDENTITY_TOKEN_FILE"]);
    let dead = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    home.refuses(&[], &with(&[&WRONG_KEYS, &[file, role, dead]]), &["GetCallerIdentity"]);
    home.refuses(&["--profile", "default"], &[file, role, dead], &["GetCallerIdentity"]);
}

#[test]
fn the_endpoint_of_a_container_is_asked_past_any_proxy_and_named_where_it_fails() {
    let (sim, home) = (Sim::begin(), Home::new());
    let answer = format!(
        "{{\"AccessKeyId\":\"{}\",\"SecretAccessKey\":\"{}\",\"Token\":\"\",\"Expiration\":\"2090-01-01T00:00:00Z\"}}",
        sim.access_key_id, sim.secret_access_key
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/credentials", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let _ = connection.read(&mut [0; 4096]);
            let length = answer.len();
            let _ =
                write!(connection, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{answer}");
        }
    });
    // Through this proxy nothing is reached, so the credentials did not come through it.
    let proxy = ("HTTP_PROXY", "http://127.0.0.1:9");
    let uri = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let dead = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let output = home.scan(&[], &[(uri, url.as_str()), proxy, REGION, dead]);
    assert!(super::stderr(&output).contains("GetCallerIdentity failed"), "{output:?}");
    let gone = [(uri, "http://127.0.0.1:9/x"), proxy, REGION];
    let expected = ["container credentials endpoint", "http://127.0.0.1:9/x", uri, "HTTP_PROXY"];
    home.refuses(&[], &gone, &expected);
    home.refuses(&[], &[(uri, "http://127.0.0.1:9/x"), REGION], &expected[..3]);
    let file = ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "nowhere");
    home.refuses(&[], &[(uri, url.as_str()), file], &[file.0, "nowhere"]);
}

#[test]
fn a_profile_without_credentials_says_so() {
    let home = Home::new();
    home.write(".aws/config", "[profile empty]\nregion = us-east-1\n");
    home.refuses(&["--profile", "empty"], &WRONG_KEYS, &["no AWS credentials", "`empty`"]);
    home.refuses(&[], &[], &["no AWS credentials", "AWS_PROFILE"]);
}

#[cfg(unix)]
#[test]
fn keys_of_a_program_that_cannot_be_sent_are_refused() {
    let home = Home::new();
    let process = |id: &str, token: &str| {
        let keys = format!(
            "{{\"Version\": 1, \"AccessKeyId\": \"{id}\", \"SecretAccessKey\": \"canary-s\", \"SessionToken\": \"{token}\"}}"
        );
        home.write("keys.json", keys);
        home.write(".aws/config", "[profile p]\ncredential_process = /bin/cat keys.json\n");
    };
    for (id, token) in [("AKIA\\n", "t"), ("AKIA", "canary-\\u00fc"), ("", "t"), ("AK IA", "t")] {
        process(id, token);
        home.refuses(&["--profile", "p"], &[], &["`p`", "never puts there"]);
    }
    home.write(".aws/config", "[profile p]\ncredential_process = /bin/false\n");
    home.refuses(&["--profile", "p"], &[], &["`p`"]);
}
