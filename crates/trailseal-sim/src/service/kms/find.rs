//! The key that a request names, and whether its policy lets the caller ask.

use super::policy::{Decision, Who, allows_itself, decide};
use crate::denial::denied_by;
use crate::service::Call;
use crate::wire::fault::Fault;
use crate::world::World;
use crate::world::account::AccountId;
use crate::world::denial::PolicyKind;
use crate::world::key::{Key, key_arn};
use crate::world::region::Region;

/// What an operation takes for `KeyId` (KMS API reference, "Cross-account use" of each).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Keys of the own account, no aliases.
    OwnAccount,
    /// Keys of other accounts by ARN too, no aliases.
    OtherAccounts,
    /// The same, and aliases.
    OtherAccountsAndAliases,
}

/// How a request names a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named<'a> {
    /// By its id in this account.
    Key(AccountId, &'a str),
    /// By an alias, `alias/` included.
    Alias(AccountId, &'a str),
}

fn not_found(message: String) -> Fault {
    Fault::new(400, "NotFoundException", message)
}

fn named<'a>(world: &World, call: &Call<'_>, text: &'a str) -> Result<Named<'a>, Fault> {
    if !text.starts_with("arn:") {
        let account = call.session.account;
        let is_alias = text.starts_with("alias/");
        return Ok(if is_alias { Named::Alias(account, text) } else { Named::Key(account, text) });
    }
    let invalid =
        || Fault::new(400, "InvalidArnException", format!("Invalid ARN: '{text}' is not valid."));
    let mut parts = text.splitn(6, ':').skip(1);
    let mut next = || parts.next().ok_or_else(invalid);
    if next()? != world.partition().name() || next()? != "kms" {
        return Err(invalid());
    }
    let region = next()?;
    let account = next()?.parse().map_err(|_| invalid())?;
    let resource = next()?;
    if region != call.region.name() {
        // KMS looks into no other Region, and says so in these words.
        return Err(not_found(format!("Invalid arn {region}")));
    }
    match resource.strip_prefix("key/") {
        Some(id) => Ok(Named::Key(account, id)),
        None if resource.starts_with("alias/") => Ok(Named::Alias(account, resource)),
        None => Err(invalid()),
    }
}

fn key_id<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    call.text("KeyId")
}

fn with_alias<'a>(
    world: &'a World,
    account: AccountId,
    region: Region,
    alias: &str,
) -> Option<&'a Key> {
    let mut keys = world.keys().iter().filter(|it| it.account == account && it.region == region);
    keys.find(|it| it.aliases.iter().any(|it| **it == *alias))
}

fn alias_arn(region: Region, account: AccountId, alias: &str) -> String {
    format!("arn:{}:kms:{region}:{account}:{alias}", region.partition())
}

/// The key's ARN as far as the request tells it; an unknown alias keeps its own.
pub(super) fn resource(world: &World, call: &Call<'_>) -> String {
    let text = key_id(call).unwrap_or_default();
    match named(world, call, text) {
        Ok(Named::Key(account, id)) => key_arn(call.region, account, id),
        Ok(Named::Alias(account, alias)) => with_alias(world, account, call.region, alias)
            .map_or_else(|| alias_arn(call.region, account, alias), Key::arn),
        Err(_) => text.to_owned(),
    }
}

/// The key that the request names, if the caller may do this with it.
///
/// KMS developer guide, "Key policies": nobody may without the key policy, the own account
/// neither. A statement for the account leaves it to IAM: what the caller's policy does not allow
/// was refused before. In other accounts a key that is not there looks like one that is closed.
pub(super) fn permitted<'a>(
    world: &'a World,
    call: &Call<'_>,
    reach: Reach,
) -> Result<&'a Key, Fault> {
    let text = key_id(call).ok_or_else(missing_key_id)?;
    let named = named(world, call, text)?;
    let region = call.region;
    let (account, found) = match named {
        Named::Alias(..) if reach != Reach::OtherAccountsAndAliases => {
            const UNSUPPORTED: &str = "Key Aliases are not supported for this operation.";
            return Err(Fault::new(400, "InvalidArnException", UNSUPPORTED));
        }
        Named::Alias(account, alias) => (account, with_alias(world, account, region, alias)),
        Named::Key(account, id) => (account, world.key(account, region, id)),
    };
    let is_own = account == call.session.account;
    let decision = match found {
        None if is_own => return Err(absent(region, named)),
        None => Decision::Unmentioned,
        Some(_) if !is_own && reach == Reach::OwnAccount => Decision::Unmentioned,
        Some(key) => decide(
            &key.policy,
            &Who { session: call.session, world },
            call.operation.action.unwrap_or_default(),
            &key.arn(),
        ),
    };
    // KMS stores no policy that it cannot read. Worlds have some, to be shown to their owners.
    let is_allowed = decision == Decision::Allowed || (decision == Decision::Unreadable && is_own);
    found.filter(|_| is_allowed).ok_or_else(|| {
        let is_explicit = decision == Decision::Denied;
        denied_by(PolicyKind::Resource, is_explicit, None, call, &resource(world, call))
    })
}

/// Whether the policy of a key of the caller's account lets the caller itself do this, so that the
/// caller's own policy need not allow it (IAM user guide, "Policy evaluation logic").
pub(crate) fn names_caller(world: &World, call: &Call<'_>) -> bool {
    let own = call.session.account;
    let key = match key_id(call).and_then(|text| named(world, call, text).ok()) {
        Some(Named::Key(account, id)) if account == own => world.key(own, call.region, id),
        Some(Named::Alias(account, alias)) if account == own => {
            with_alias(world, own, call.region, alias)
        }
        _ => None,
    };
    let Some((key, action)) = key.zip(call.operation.action) else { return false };
    let who = Who { session: call.session, world };
    allows_itself(&key.policy, &who, action, &key.arn())
}

fn missing_key_id() -> Fault {
    const MESSAGE: &str = "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null";
    Fault::new(400, "ValidationException", MESSAGE)
}

fn absent(region: Region, named: Named<'_>) -> Fault {
    not_found(match named {
        Named::Alias(account, alias) => {
            format!("Alias {} is not found.", alias_arn(region, account, alias))
        }
        Named::Key(account, id) if has_form(id) => {
            format!("Key '{}' does not exist", key_arn(region, account, id))
        }
        Named::Key(_, id) => format!("Invalid keyId '{id}'"),
    })
}

/// Whether it looks like a key's id: a UUID, or `mrk-` and 32 hexadecimal digits.
fn has_form(id: &str) -> bool {
    let is_hex = |it: &str| it.bytes().all(|it| it.is_ascii_hexdigit());
    if let Some(digits) = id.strip_prefix("mrk-") {
        return digits.len() == 32 && is_hex(digits);
    }
    let lengths = [8, 4, 4, 4, 12];
    let parts: Vec<_> = id.split('-').collect();
    parts.len() == lengths.len()
        && parts.iter().zip(lengths).all(|(part, length)| part.len() == length && is_hex(part))
}
