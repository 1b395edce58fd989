//! Codes that are known so that old templates come out clean, and have nothing behind them yet.

use super::{CodeInfo, Entity, silent};
use std::sync::LazyLock;

const NO_FOLLOW_UPS: &str = "There are no follow-ups yet.";
const NO_QUOTES: &str = "There are no quotes yet.";
const NO_USER_FIELDS: &str = "There are no user-defined fields yet.";
const NO_PADDING: &str = "Fill characters belong to fixed-width formats; in all others they are taken out.";

const fn follow_up(code: &'static str, label: &'static str) -> CodeInfo {
    silent(code, Entity::FollowUp, label, NO_FOLLOW_UPS)
}

const fn quote(code: &'static str, label: &'static str) -> CodeInfo {
    silent(code, Entity::Quote, label, NO_QUOTES)
}

pub(super) const FOLLOW_UP: &[CodeInfo] = &[
    follow_up("baid", "Follow-up id"),
    follow_up("binl", "Title"),
    follow_up("binf", "Agenda"),
    follow_up("bloc", "Location"),
    follow_up("bcon", "Company"),
    follow_up("bper", "Contact"),
    follow_up("bown", "Owner"),
    follow_up("bema", "Owner's e-mail"),
    follow_up("bsda", "Start date"),
    follow_up("bsti", "Start time"),
    follow_up("beda", "End date"),
    follow_up("beti", "End time"),
    follow_up("btim", "Start and end combined"),
    follow_up("bsta", "Status"),
    follow_up("btyp", "Type"),
];

pub(super) const QUOTE: &[CodeInfo] = &[
    quote("quid", "Quote id"),
    quote("qnum", "Version number"),
    quote("qver", "Version rank"),
    quote("qkey", "Quote key of the ERP system"),
    quote("qord", "Order key"),
    quote("qpon", "Purchase order number"),
    quote("qexp", "Expires"),
    quote("qcom", "Comment"),
    quote("qdev", "Delivery terms"),
    quote("qpev", "Payment terms"),
    quote("qda1", "Delivery address, line 1"),
    quote("qda2", "Delivery address, line 2"),
    quote("qda3", "Delivery address, line 3"),
    quote("qda4", "Delivery address, line 4"),
    quote("qda5", "Delivery address, line 5"),
    quote("qda6", "Delivery address, line 6"),
    quote("qda7", "Delivery address, line 7"),
    quote("qda8", "Delivery address, line 8"),
    quote("qda9", "Delivery address, line 9"),
    quote("qia1", "Invoice address, line 1"),
    quote("qia2", "Invoice address, line 2"),
    quote("qia3", "Invoice address, line 3"),
    quote("qia4", "Invoice address, line 4"),
    quote("qia5", "Invoice address, line 5"),
    quote("qia6", "Invoice address, line 6"),
    quote("qia7", "Invoice address, line 7"),
    quote("qia8", "Invoice address, line 8"),
    quote("qia9", "Invoice address, line 9"),
];

/// One row per entry of [`NUMBERED`], in its order.
static FAMILIES: LazyLock<Vec<CodeInfo>> = LazyLock::new(|| {
    NUMBERED.iter().map(|(_, _, code, entity, label)| silent(code, *entity, label, NO_USER_FIELDS)).collect()
});

static PADDING: CodeInfo = silent("padd0-padd999", Entity::System, "Fill characters", NO_PADDING);

const DECIMALS: &str = "User-defined decimal number";
const WHOLES: &str = "User-defined whole number";
const TEXTS: &str = "User-defined text";

/// Prefix and last number of each family (the first is 1), and how it is shown.
#[rustfmt::skip] // one family a line
const NUMBERED: &[(&str, u8, &str, Entity, &str)] = &[
    ("df", 10, "df01-df10", Entity::Document, DECIMALS),
    ("dl", 60, "dl01-dl60", Entity::Document, WHOLES),
    ("ds", 49, "ds01-ds49", Entity::Document, TEXTS),
    ("cf", 10, "cf01-cf10", Entity::Company, DECIMALS),
    ("cl", 60, "cl01-cl60", Entity::Company, WHOLES),
    ("cs", 49, "cs01-cs49", Entity::Company, TEXTS),
    ("af", 10, "af01-af10", Entity::Contact, DECIMALS),
    ("al", 60, "al01-al60", Entity::Contact, WHOLES),
    ("as", 49, "as01-as49", Entity::Contact, TEXTS),
    ("uf", 10, "uf01-uf10", Entity::Sender, DECIMALS),
    ("ul", 60, "ul01-ul60", Entity::Sender, WHOLES),
    ("us", 49, "us01-us49", Entity::Sender, TEXTS),
    ("of", 10, "of01-of10", Entity::OwnCompany, DECIMALS),
    ("ol", 60, "ol01-ol60", Entity::OwnCompany, WHOLES),
    ("os", 49, "os01-os49", Entity::OwnCompany, TEXTS),
    ("pf", 10, "pf01-pf10", Entity::Project, DECIMALS),
    ("pl", 60, "pl01-pl60", Entity::Project, WHOLES),
    ("ps", 49, "ps01-ps49", Entity::Project, TEXTS),
    ("sf", 10, "sf01-sf10", Entity::Sale, DECIMALS),
    ("sl", 60, "sl01-sl60", Entity::Sale, WHOLES),
    ("ss", 49, "ss01-ss49", Entity::Sale, TEXTS),
    ("tf", 10, "tf01-tf10", Entity::FollowUp, DECIMALS),
    ("tl", 60, "tl01-tl60", Entity::FollowUp, WHOLES),
    ("ts", 49, "ts01-ts49", Entity::FollowUp, TEXTS),
];

/// Every family of user-defined fields.
pub(super) fn families() -> &'static [CodeInfo] {
    &FAMILIES
}

/// The row of the family `code` belongs to.
pub(super) fn family_of(code: &str) -> Option<&'static CodeInfo> {
    if let Some(number) = code.strip_prefix("padd") {
        let figures = (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        return figures.then_some(&PADDING);
    }
    let (prefix, number) = code.split_at_checked(2)?;
    let place = NUMBERED.iter().position(|family| family.0 == prefix)?;
    let two_figures = number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit());
    let number: u8 = if two_figures { number.parse().ok()? } else { return None };
    let last = NUMBERED.get(place)?.1;
    if (1..=last).contains(&number) { FAMILIES.get(place) } else { None }
}
