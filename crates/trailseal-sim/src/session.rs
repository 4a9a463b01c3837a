//! Who calls, and the temporary credentials that STS gives out.
//!
//! Nothing is kept: a token says whom it was given to and until when, under a check that only the
//! seed can make; the secret follows from the access key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::draw::Draw;
use crate::policy::Policy;
use crate::world::World;
use crate::world::account::{AccountId, Role};
use crate::world::region::Region;

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The account.
    pub account: AccountId,
    /// The caller's ARN: a user, or an assumed role with its session.
    pub arn: String,
    /// `UserId` of GetCallerIdentity.
    pub user_id: String,
    /// Whether the session came from AssumeRole: the next one then lasts an hour at most.
    pub is_role: bool,
    /// The token's version; a user's keys have no token and work as the second.
    pub version: TokenVersion,
    /// When a token expires.
    pub expires: Option<Timestamp>,
    /// The secret that requests must be signed with.
    pub secret_access_key: String,
    /// The source identity that it was opened with.
    pub source_identity: Option<String>,
}

impl Session {
    /// The name of the role without its path, or of the user.
    fn name(&self) -> &str {
        self.arn.split('/').nth(1).unwrap_or_default()
    }

    fn role<'a>(&self, world: &'a World) -> Option<&'a Role> {
        let account = world.account(self.account).filter(|_| self.is_role)?;
        account.roles.iter().find(|role| role.plain_name() == self.name())
    }

    /// The identity policy that binds it.
    #[must_use]
    pub fn policy<'a>(&self, world: &'a World) -> Option<&'a Policy> {
        if self.is_role {
            return self.role(world)?.policy.as_deref();
        }
        let mut users = world.users().iter();
        let user = users.find(|it| it.account == self.account && *it.name == *self.name())?;
        user.policy.as_deref()
    }

    /// `aws:PrincipalArn`: the ARN of the user, or of the role with its path.
    #[must_use]
    pub fn principal_arn(&self, world: &World) -> String {
        if !self.is_role {
            return self.arn.clone();
        }
        let role = self.role(world).map_or(self.name(), |role| &role.name);
        format!("arn:{}:iam::{}:role/{role}", world.partition(), self.account)
    }

    /// Whether the credentials work in this Region: it must be enabled in the account, and tokens of
    /// version 1 never reach a Region that had to be enabled first.
    #[must_use]
    pub fn reaches(&self, world: &World, region: Region) -> bool {
        let account = world.account(self.account);
        let is_enabled = account.is_none_or(|it| it.regions.is_enabled(region));
        is_enabled && (self.version == TokenVersion::Second || !region.is_opt_in())
    }
}

/// The version of a token (IAM user guide, "Managing AWS STS in an AWS Region").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenVersion {
    /// From the global endpoint: works in the Regions that are enabled by default.
    First,
    /// From a Region's endpoint: works in every Region that is enabled in the account.
    Second,
}

impl TokenVersion {
    const fn word(self) -> &'static str {
        match self {
            Self::First => "1",
            Self::Second => "2",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::First, Self::Second].into_iter().find(|it| it.word() == word)
    }
}

/// Temporary credentials, as AssumeRole gives them out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// `ASIA` and so on.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
    /// The token.
    pub session_token: String,
    /// When they expire.
    pub expires: Timestamp,
    /// The ARN that calls with them are made as.
    pub arn: String,
    /// `AssumedRoleId`.
    pub role_id: String,
}

/// Why credentials are not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nobody has this access key, or the token is not one of its.
    Unknown,
    /// The token has expired.
    Expired,
}

const KEY_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const SECRET_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// What a token says, in order, between line feeds.
struct Claims<'a> {
    version: TokenVersion,
    account: AccountId,
    role: &'a str,
    session: &'a str,
    /// Empty if there is none.
    source_identity: &'a str,
    expires: Timestamp,
}

impl Claims<'_> {
    fn draw(&self, world: &World) -> Draw {
        let draw = world.draw("token").word(self.version.word()).number(self.account.number());
        let draw = draw.word(self.role).word(self.session);
        let draw = match self.source_identity {
            "" => draw,
            source_identity => draw.word("source identity").word(source_identity),
        };
        draw.number(self.expires.as_second().unsigned_abs())
    }

    fn token(&self, world: &World) -> String {
        let (version, account, expires) =
            (self.version.word(), self.account, self.expires.as_second());
        let (role, session, source_identity) = (self.role, self.session, self.source_identity);
        let check = self.check(world);
        STANDARD.encode(format!(
            "{version}\n{account}\n{role}\n{session}\n{source_identity}\n{expires}\n{check}"
        ))
    }

    fn access_key_id(&self, world: &World) -> String {
        format!("ASIA{}", self.draw(world).word("id").text(KEY_ALPHABET, 16))
    }

    fn secret(&self, world: &World) -> String {
        self.draw(world).word("secret").text(SECRET_ALPHABET, 40)
    }

    fn check(&self, world: &World) -> String {
        self.draw(world).word("check").text(SECRET_ALPHABET, 24)
    }

    fn arn(&self, world: &World) -> String {
        let partition = world.partition();
        format!("arn:{partition}:sts::{}:assumed-role/{}/{}", self.account, self.role, self.session)
    }

    fn role_id(&self, world: &World) -> String {
        let draw = world.draw("role").number(self.account.number()).word(self.role);
        format!("AROA{}:{}", draw.text(KEY_ALPHABET, 17), self.session)
    }
}

/// Credentials for a role's session until this time, as a Region's endpoint gives them out.
#[must_use]
pub fn issue(
    world: &World,
    account: AccountId,
    role: &str,
    session: &str,
    expires: Timestamp,
) -> Issued {
    issue_version(TokenVersion::Second, world, account, role, session, None, expires)
}

/// The same with a token of this version, and with a source identity if there is one.
#[must_use]
pub fn issue_version(
    version: TokenVersion,
    world: &World,
    account: AccountId,
    role: &str,
    session: &str,
    source_identity: Option<&str>,
    expires: Timestamp,
) -> Issued {
    let source_identity = source_identity.unwrap_or_default();
    let claims = Claims { version, account, role, session, source_identity, expires };
    Issued {
        access_key_id: claims.access_key_id(world),
        secret_access_key: claims.secret(world),
        session_token: claims.token(world),
        expires,
        arn: claims.arn(world),
        role_id: claims.role_id(world),
    }
}

/// Whom an access key, and its token if there is one, belong to.
///
/// # Errors
/// Nobody, or no longer.
pub fn recognize(
    world: &World,
    access_key_id: &str,
    token: Option<&str>,
    now: Timestamp,
) -> Result<Session, Refused> {
    let session = match token {
        Some(token) => role(world, access_key_id, token, now)?,
        None => user(world, access_key_id).ok_or(Refused::Unknown)?,
    };
    // Nothing works any longer in a suspended or closed account.
    let account = world.account(session.account);
    let is_usable = account.is_none_or(|it| it.state.is_usable());
    is_usable.then_some(session).ok_or(Refused::Unknown)
}

fn role(
    world: &World,
    access_key_id: &str,
    token: &str,
    now: Timestamp,
) -> Result<Session, Refused> {
    let text = STANDARD.decode(token).ok().and_then(|it| String::from_utf8(it).ok());
    let text = text.ok_or(Refused::Unknown)?;
    let (claims, check) = claims(&text).ok_or(Refused::Unknown)?;
    if check != claims.check(world) || access_key_id != claims.access_key_id(world) {
        return Err(Refused::Unknown);
    }
    if now >= claims.expires {
        return Err(Refused::Expired);
    }
    Ok(Session {
        account: claims.account,
        arn: claims.arn(world),
        user_id: claims.role_id(world),
        is_role: true,
        version: claims.version,
        expires: Some(claims.expires),
        secret_access_key: claims.secret(world),
        source_identity: Some(claims.source_identity.to_owned()).filter(|it| !it.is_empty()),
    })
}

/// What a decoded token says, and the check that proves it.
fn claims(text: &str) -> Option<(Claims<'_>, &str)> {
    let lines: Vec<&str> = text.splitn(7, '\n').collect();
    let [version, account, role, session, source_identity, expires, check] = lines[..] else {
        return None;
    };
    let claims = Claims {
        version: TokenVersion::from_word(version)?,
        account: account.parse().ok()?,
        role,
        session,
        source_identity,
        expires: Timestamp::from_second(expires.parse().ok()?).ok()?,
    };
    Some((claims, check))
}

fn user(world: &World, access_key_id: &str) -> Option<Session> {
    let user = world.users().iter().find(|it| &*it.access_key_id == access_key_id)?;
    let partition = world.partition();
    let id = world.draw("user").number(user.account.number()).word(&user.name);
    Some(Session {
        account: user.account,
        arn: format!("arn:{partition}:iam::{}:user/{}", user.account, user.name),
        user_id: format!("AIDA{}", id.text(KEY_ALPHABET, 17)),
        is_role: false,
        version: TokenVersion::Second,
        expires: None,
        secret_access_key: user.secret_access_key.to_string(),
        source_identity: None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::tests::{ARCHIVE, MANAGEMENT, ROLE, SUSPENDED, account, now, parts, region};
    use crate::world::World;
    use crate::world::region::RegionSet;

    fn issued(version: TokenVersion, world: &World) -> Issued {
        let expires = now() + SignedDuration::from_hours(1);
        issue_version(version, world, account(ARCHIVE), ROLE, "run", None, expires)
    }

    #[test]
    fn a_token_tells_whom_it_was_given_to_and_until_when() {
        let world = World::new(parts());
        let issued = issued(TokenVersion::Second, &world);
        let (key, token) = (&*issued.access_key_id, Some(&*issued.session_token));
        let session = recognize(&world, key, token, now()).unwrap();
        assert_eq!((session.account, session.is_role), (account(ARCHIVE), true));
        assert_eq!((session.arn, session.user_id), (issued.arn, issued.role_id));
        assert_eq!(session.secret_access_key, issued.secret_access_key);
        let late = recognize(&world, key, token, now() + SignedDuration::from_hours(1));
        assert_eq!(late, Err(Refused::Expired));
    }

    #[test]
    fn nothing_else_is_taken() {
        let world = World::new(parts());
        let issued = issued(TokenVersion::Second, &world);
        let (key, token) = (&*issued.access_key_id, &*issued.session_token);
        let text = String::from_utf8(STANDARD.decode(token).unwrap()).unwrap();
        let moved = STANDARD.encode(text.replace(ARCHIVE, MANAGEMENT));
        let first = STANDARD.encode(text.replacen('2', "1", 1));
        let cut = STANDARD.encode(text.rsplit_once('\n').unwrap().0);
        let longer = STANDARD.encode(format!("{text}\n"));
        let other = World::new(crate::world::Parts { seed: 8, ..parts() });
        for (name, world, key, token) in [
            ("another account", &world, key, Some(&*moved)),
            ("another version", &world, key, Some(&*first)),
            ("no check", &world, key, Some(&*cut)),
            ("more than a check", &world, key, Some(&*longer)),
            ("no base64", &world, key, Some("%")),
            ("no token", &world, key, None),
            ("a user's key", &world, "AKIASIMULATEDUSER001", Some(token)),
            ("another key", &world, "ASIAAAAAAAAAAAAAAAAA", Some(token)),
            ("another seed", &other, key, Some(token)),
        ] {
            let refused = recognize(world, key, token, now());
            assert_eq!(refused, Err(Refused::Unknown), "{name}");
        }
    }

    #[test]
    fn nothing_works_in_a_suspended_account() {
        let mut parts = parts();
        parts.users[0].account = account(SUSPENDED);
        let world = World::new(parts);
        let expires = now() + SignedDuration::from_hours(1);
        let issued = issue(&world, account(SUSPENDED), ROLE, "run", expires);
        let token = Some(&*issued.session_token);
        let refused = Err(Refused::Unknown);
        assert_eq!(recognize(&world, &issued.access_key_id, token, now()), refused);
        assert_eq!(recognize(&world, "AKIASIMULATEDUSER001", None, now()), refused);
    }

    #[test]
    fn a_token_of_the_global_endpoint_reaches_default_regions_only() {
        let mut parts = parts();
        let milan = region("eu-south-1");
        for account in &mut parts.accounts {
            account.regions.enabled = RegionSet::NONE.with(milan);
        }
        let world = World::new(parts);
        for (version, name, expected) in [
            (TokenVersion::First, "us-east-1", true),
            (TokenVersion::First, "eu-south-1", false),
            (TokenVersion::Second, "eu-south-1", true),
            (TokenVersion::Second, "eu-south-2", false),
        ] {
            let issued = issued(version, &world);
            let token = Some(&*issued.session_token);
            let session = recognize(&world, &issued.access_key_id, token, now()).unwrap();
            assert_eq!(session.reaches(&world, region(name)), expected, "{version:?} {name}");
        }
    }
}
