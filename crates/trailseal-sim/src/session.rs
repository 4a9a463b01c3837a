//! Who calls, and the temporary credentials that STS gives out.
//!
//! Nothing is kept: a token says whom it was given to and until when, under a check that only the
//! seed can make; the secret follows from the access key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use crate::draw::Draw;
use crate::world::World;
use crate::world::account::AccountId;

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
    /// When a token expires.
    pub expires: Option<Timestamp>,
    /// The secret that requests must be signed with.
    pub secret_access_key: String,
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
    account: AccountId,
    role: &'a str,
    session: &'a str,
    expires: Timestamp,
}

impl Claims<'_> {
    fn draw(&self, world: &World) -> Draw {
        let draw = world.draw("token").number(self.account.number()).word(self.role);
        draw.word(self.session).number(self.expires.as_second().unsigned_abs())
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

/// Credentials for a role's session until this time.
#[must_use]
pub fn issue(
    world: &World,
    account: AccountId,
    role: &str,
    session: &str,
    expires: Timestamp,
) -> Issued {
    let claims = Claims { account, role, session, expires };
    let text =
        format!("{account}\n{role}\n{session}\n{}\n{}", expires.as_second(), claims.check(world));
    Issued {
        access_key_id: claims.access_key_id(world),
        secret_access_key: claims.secret(world),
        session_token: STANDARD.encode(text),
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
    let Some(token) = token else { return user(world, access_key_id).ok_or(Refused::Unknown) };
    let text = STANDARD.decode(token).ok().and_then(|it| String::from_utf8(it).ok());
    let text = text.ok_or(Refused::Unknown)?;
    let mut lines = text.split('\n');
    let mut next = || lines.next().ok_or(Refused::Unknown);
    let account = next()?.parse().map_err(|_| Refused::Unknown)?;
    let (role, session) = (next()?, next()?);
    let expires = next()?.parse().map_err(|_| Refused::Unknown)?;
    let expires = Timestamp::from_second(expires).map_err(|_| Refused::Unknown)?;
    let claims = Claims { account, role, session, expires };
    if next()? != claims.check(world) || access_key_id != claims.access_key_id(world) {
        return Err(Refused::Unknown);
    }
    if now >= expires {
        return Err(Refused::Expired);
    }
    Ok(Session {
        account,
        arn: claims.arn(world),
        user_id: claims.role_id(world),
        is_role: true,
        expires: Some(expires),
        secret_access_key: claims.secret(world),
    })
}

fn user(world: &World, access_key_id: &str) -> Option<Session> {
    let user = world.users().iter().find(|it| &*it.access_key_id == access_key_id)?;
    let partition = world.partition();
    Some(Session {
        account: user.account,
        arn: format!("arn:{partition}:iam::{}:user/{}", user.account, user.name),
        user_id: format!("AIDA{}", world.draw("user").word(&user.name).text(KEY_ALPHABET, 17)),
        is_role: false,
        expires: None,
        secret_access_key: user.secret_access_key.to_string(),
    })
}
