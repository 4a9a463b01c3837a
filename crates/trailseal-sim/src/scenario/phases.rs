//! How objects are encrypted, once the keys' ARNs are known.

use super::encryption::{EncryptedSince, How};
use super::setup::{Setup, key};
use crate::draw::Draw;
use crate::world::key::{Key, MultiRegion, key_arn};
use crate::world::trail::{Phase, Seal};

impl Setup {
    fn seal(&self, how: How) -> Seal {
        let Key { account, region, id, .. } = &self.key;
        let trail_key = || self.key.arn().into();
        match how {
            How::TrailKey => Seal::Kms(trail_key()),
            How::TrailKeyTwice => Seal::Dsse(trail_key()),
            How::PrimaryKey => {
                let primary = match self.key.multi_region {
                    MultiRegion::Replica(primary, _) => primary,
                    _ => *region,
                };
                Seal::Kms(key_arn(primary, *account, id).into())
            }
            How::OtherKey | How::StrangersKey | How::AwsManagedKey => {
                Seal::Kms(self.beside(how).arn().into())
            }
            How::SiblingsKey => Seal::Kms(self.siblings_key.clone()),
            How::Aes256 => Seal::Aes256,
            How::UntoldKey => Seal::KmsWithoutKey,
            How::TrailKeyAlias => {
                let alias = self.key.aliases.first().map_or("alias/cloudtrail", |it| it);
                let partition = region.partition();
                Seal::Kms(format!("arn:{partition}:kms:{region}:{account}:{alias}").into())
            }
            How::UnknownAlgorithm => {
                Seal::Undocumented { algorithm: "aws:kms:tsse".into(), key: trail_key() }
            }
            How::UpperCaseAlgorithm => {
                Seal::Undocumented { algorithm: "AWS:KMS".into(), key: trail_key() }
            }
            How::CustomerProvided => Seal::CustomerProvided,
            How::Unencrypted => Seal::Unencrypted,
        }
    }

    /// A key that may encrypt objects though the trail does not name it.
    fn beside(&self, how: How) -> Key {
        let near = self.near;
        let draw = Draw::new(near.account.number()).word(&self.key.id);
        match how {
            How::StrangersKey => {
                key(near.stranger, self.bucket.region, &draw.word("stranger").uuid())
            }
            How::AwsManagedKey => Key {
                aliases: vec!["alias/aws/s3".into()],
                is_aws_managed: true,
                ..key(near.account, self.bucket.region, &draw.word("aws").uuid())
            },
            _ => Key {
                aliases: vec!["alias/another".into()],
                ..key(near.account, self.bucket.region, &draw.word("other").uuid())
            },
        }
    }

    /// How log files and digest files are encrypted, and from when.
    pub(super) fn delivery_phases(&self) -> (Vec<Phase>, Vec<Phase>) {
        let plain: Vec<_> =
            self.logs.iter().map(|it| EncryptedSince { odd: None, ..*it }).collect();
        let digests = self.digests.as_ref().unwrap_or(&plain);
        (self.phases(&self.logs), self.phases(digests))
    }

    fn phases(&self, since: &[EncryptedSince]) -> Vec<Phase> {
        let phase = |it: &EncryptedSince| Phase {
            from: self.near.hours_ago(it.hours_ago),
            seal: self.seal(it.how),
            exception: it.odd.map(|(odd, how)| (odd, self.seal(how))),
        };
        since.iter().map(phase).collect()
    }

    /// The keys that encrypt objects and the trail does not name.
    pub(super) fn keys_beside(&self) -> Vec<Key> {
        let beside = [How::OtherKey, How::StrangersKey, How::AwsManagedKey];
        let since = || self.logs.iter().chain(self.digests.iter().flatten());
        let is_used =
            |how: &How| since().any(|it| it.how == *how || it.odd.is_some_and(|it| it.1 == *how));
        beside.into_iter().filter(is_used).map(|it| self.beside(it)).collect()
    }
}
