//! DescribeKey.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::find::{self, Reach};
use crate::draw::Draw;
use crate::service::times::{seconds, within_second};
use crate::service::{Call, Context};
use crate::wire::Reply;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::key::{Key, KeyState, MultiRegion, key_arn};
use crate::world::region::Region;

/// What there is to know about a key, without its policy and rotation.
pub(super) fn describe_key(context: &Context<'_>, call: &Call<'_>) -> Result<Reply, Fault> {
    let key = find::permitted(context.world, call, Reach::OtherAccountsAndAliases)?;
    check_state(key)?;
    Ok(Reply::Json(json!({ "KeyMetadata": described(context.world, key) })))
}

/// KMS API reference, "KMSInvalidStateException": the state of the key, or of its custom store,
/// does not let KMS answer. DescribeKey's errors do not list it; callers have met it all the same.
pub(super) fn check_state(key: &Key) -> Result<(), Fault> {
    let message = key.invalid_state.as_deref();
    message.map_or(Ok(()), |it| Err(Fault::new(400, "KMSInvalidStateException", it)))
}

/// A key was made one to three years before the world begins.
pub(super) fn created(world: &World, key: &Key) -> Timestamp {
    let days = draw(world, key).word("created").below(730);
    let age = SignedDuration::from_hours(24 * (365 + i64::try_from(days).unwrap_or_default()));
    let created = world.start().saturating_sub(age).unwrap_or_default();
    within_second(draw(world, key), created)
}

pub(super) fn draw(world: &World, key: &Key) -> Draw {
    let draw = world.draw("key").number(key.account.number());
    draw.word(key.region.name()).word(&key.id)
}

/// KMS API reference, "KeyMetadata", which tells when each member is present.
fn described(world: &World, key: &Key) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| {
        fields.insert(name.to_owned(), value);
    };
    put("AWSAccountId", key.account.to_string().into());
    put("KeyId", (*key.id).into());
    put("Arn", key.arn().into());
    put("CreationDate", seconds(created(world, key)));
    put("Enabled", (key.state == KeyState::Enabled).into());
    put("Description", "".into());
    put("KeyUsage", (*key.usage).into());
    put("KeyState", key.state.word().into());
    put("Origin", (*key.origin).into());
    put("KeyManager", if key.is_aws_managed { "AWS" } else { "CUSTOMER" }.into());
    put("KeySpec", (*key.spec).into());
    put("CustomerMasterKeySpec", (*key.spec).into());
    let (member, algorithms) = algorithms(&key.spec, &key.usage);
    put(member, json!(algorithms));
    put("MultiRegion", (key.multi_region != MultiRegion::No).into());
    if let Some(configuration) = multi_region(key) {
        put("MultiRegionConfiguration", configuration);
    }
    if key.state == KeyState::PendingReplicaDeletion {
        put("PendingDeletionWindowInDays", 30.into());
    }
    let is_going = key.state == KeyState::PendingDeletion;
    if let Some(date) = key.deletion_date.filter(|_| is_going) {
        put("DeletionDate", seconds(within_second(draw(world, key), date)));
    }
    put_material(&mut put, draw(world, key), key);
    fields.retain(|name, _| !key.omits.contains(&name.as_str()));
    Value::Object(fields)
}

/// Where the key's material comes from, and how long it stays.
fn put_material(put: &mut impl FnMut(&str, Value), draw: Draw, key: &Key) {
    const HEX: &str = "0123456789abcdef";
    let is_symmetric = &*key.spec == "SYMMETRIC_DEFAULT";
    let has_material = !matches!(key.state, KeyState::Creating | KeyState::PendingImport);
    let in_store = || draw.word("store").text(HEX, 17);
    match &*key.origin {
        "EXTERNAL" if has_material => {
            let expires = key.valid_to.is_some();
            let model =
                if expires { "KEY_MATERIAL_EXPIRES" } else { "KEY_MATERIAL_DOES_NOT_EXPIRE" };
            put("ExpirationModel", model.into());
            if let Some(date) = key.valid_to {
                // The customer names it, to the second.
                put("ValidTo", seconds(date));
            }
        }
        "AWS_CLOUDHSM" => {
            put("CustomKeyStoreId", format!("cks-{}", in_store()).into());
            let cluster = draw.word("cluster").text("abcdefghijklmnopqrstuvwxyz234567", 11);
            put("CloudHsmClusterId", format!("cluster-{cluster}").into());
        }
        "EXTERNAL_KEY_STORE" => {
            put("CustomKeyStoreId", format!("cks-{}", in_store()).into());
            let id = draw.word("external").text(HEX, 16);
            put("XksKeyConfiguration", json!({ "Id": id }));
        }
        _ => {}
    }
    if is_symmetric && has_material && matches!(&*key.origin, "AWS_KMS" | "EXTERNAL") {
        put("CurrentKeyMaterialId", draw.word("material").text(HEX, 64).into());
    }
}

/// The member that lists what the key can do, and its list (KMS developer guide, "Key spec
/// reference").
fn algorithms(spec: &str, usage: &str) -> (&'static str, Vec<String>) {
    let texts = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect();
    match usage {
        "SIGN_VERIFY" => {
            let list: &[&str] = match spec {
                "ECC_NIST_P256" | "ECC_SECG_P256K1" => &["ECDSA_SHA_256"],
                "ECC_NIST_P384" => &["ECDSA_SHA_384"],
                "ECC_NIST_P521" => &["ECDSA_SHA_512"],
                "ECC_NIST_EDWARDS25519" => &["ED25519_SHA_512", "ED25519_PH_SHA_512"],
                "ML_DSA_44" | "ML_DSA_65" | "ML_DSA_87" => &["ML_DSA_SHAKE_256"],
                "SM2" => &["SM2DSA"],
                _ => &[
                    "RSASSA_PKCS1_V1_5_SHA_256",
                    "RSASSA_PKCS1_V1_5_SHA_384",
                    "RSASSA_PKCS1_V1_5_SHA_512",
                    "RSASSA_PSS_SHA_256",
                    "RSASSA_PSS_SHA_384",
                    "RSASSA_PSS_SHA_512",
                ],
            };
            ("SigningAlgorithms", texts(list))
        }
        "GENERATE_VERIFY_MAC" => {
            let bits = spec.strip_prefix("HMAC_").unwrap_or("256");
            ("MacAlgorithms", vec![format!("HMAC_SHA_{bits}")])
        }
        "KEY_AGREEMENT" => ("KeyAgreementAlgorithms", texts(&["ECDH"])),
        _ => {
            let list: &[&str] = match spec {
                "SYMMETRIC_DEFAULT" => &["SYMMETRIC_DEFAULT"],
                "SM2" => &["SM2PKE"],
                _ => &["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
            };
            ("EncryptionAlgorithms", texts(list))
        }
    }
}

/// All keys of a multi-Region key, this one included.
fn multi_region(key: &Key) -> Option<Value> {
    let told = |region: Region| json!({ "Arn": key_arn(region, key.account, &key.id), "Region": region.name() });
    let (kind, primary, replicas) = match &key.multi_region {
        MultiRegion::No => return None,
        MultiRegion::Primary(replicas) => ("PRIMARY", key.region, replicas),
        MultiRegion::Replica(primary, replicas) => ("REPLICA", *primary, replicas),
    };
    let replicas: Vec<_> = replicas.iter().map(|it| told(*it)).collect();
    Some(json!({
        "MultiRegionKeyType": kind,
        "PrimaryKey": told(primary),
        "ReplicaKeys": replicas,
    }))
}
