use super::*;
use crate::identity::IdentityKey;

const TENANT: &str = "0f1b6c2e-7f0a-4a57-9d2e-6f7f4f1c0a01";
const OTHER: &str = "5d2c9a44-3b1e-4c8f-8a66-2e9b7d4c0b02";

fn microsoft(tenant: &str, address: &str) -> Identity {
    Identity {
        key: IdentityKey { provider: Provider::microsoft(), realm: tenant.into(), subject: "o-1".into() },
        address: Some(address.into()),
        trust: AddressTrust::Vouched,
        name: "S".into(),
        workspace: None,
    }
}

fn google(workspace: Option<&str>, address: &str) -> Identity {
    Identity {
        key: IdentityKey {
            provider: Provider::google(),
            realm: "https://accounts.google.com".into(),
            subject: "1".into(),
        },
        workspace: workspace.map(str::to_owned),
        ..microsoft("", address)
    }
}

fn claimed(identity: Identity) -> Identity {
    Identity { trust: AddressTrust::Claimed, ..identity }
}

fn rules() -> Rules {
    let registration = |domain: &str, provider, tenant: Option<&str>| Registration {
        domain: domain.into(),
        subdomains: false,
        provider,
        tenant: tenant.map(str::to_owned),
    };
    Rules {
        domains: vec![
            registration("kaffehuset.example", Provider::microsoft(), Some(TENANT)),
            registration("unconnected.example", Provider::microsoft(), None),
            registration("solsiden.example", Provider::google(), None),
        ],
        match_by_address: true,
    }
}

fn who(id: i64, admission: Admission) -> Admissible {
    Admissible { associate: AssociateId(id), admission }
}

fn known(id: i64, address: &str) -> Bound {
    Bound { who: who(id, Admission::Admitted), address: address.into(), identities: Vec::new() }
}

fn with(by_address: Vec<Bound>) -> Found {
    Found { by_address, ..Found::default() }
}

fn bound(admission: Admission) -> Found {
    Found { bound: Some(who(7, admission)), ..Found::default() }
}

fn invited(address: &str) -> Found {
    let invitation = Some(Invited { who: who(9, Admission::Admitted), address: address.into() });
    Found { invitation, ..Found::default() }
}

/// The table: what is known, and what happens.
#[test]
fn the_table_of_cases() {
    use Decision::{Ask, Bind, Refuse, SignIn};
    let seven = AssociateId(7);
    let solveig = "solveig@kaffehuset.example";
    let signed_in_at =
        |provider: Provider| Bound { identities: vec![(provider, "r".into())], ..known(7, solveig) };
    let of = |admission| Bound { who: who(7, admission), ..known(7, solveig) };
    let off = Rules { match_by_address: false, ..rules() };
    let table: Vec<(&str, Identity, Found, Rules, Decision)> = vec![
        (
            "a bound key signs in",
            microsoft(TENANT, solveig),
            bound(Admission::Admitted),
            rules(),
            SignIn(seven),
        ),
        (
            "whatever the address is today (ATT-38)",
            microsoft(TENANT, "new@name.example"),
            bound(Admission::Admitted),
            rules(),
            SignIn(seven),
        ),
        (
            "even when nobody vouches for it",
            claimed(microsoft(TENANT, solveig)),
            bound(Admission::Admitted),
            rules(),
            SignIn(seven),
        ),
        (
            "retired (ATT-37)",
            microsoft(TENANT, solveig),
            bound(Admission::Retired),
            rules(),
            Refuse(Refusal::Retired),
        ),
        (
            "without a plan (ATT-37)",
            microsoft(TENANT, solveig),
            bound(Admission::NoPlan),
            rules(),
            Refuse(Refusal::NoPlan),
        ),
        (
            "first sign-in binds",
            microsoft(TENANT, solveig),
            with(vec![known(7, solveig)]),
            rules(),
            Bind(seven, How::Address),
        ),
        (
            "folded",
            microsoft(TENANT, "SOLVEIG@Kaffehuset.example"),
            with(vec![known(7, solveig)]),
            rules(),
            Bind(seven, How::Address),
        ),
        (
            "foreign tenant (ATT-31, ATT-32)",
            microsoft(OTHER, solveig),
            with(vec![known(7, solveig)]),
            rules(),
            Refuse(Refusal::ForeignTenant),
        ),
        (
            "no tenant connected yet",
            microsoft(TENANT, "a@unconnected.example"),
            with(vec![known(7, "a@unconnected.example")]),
            rules(),
            Refuse(Refusal::ForeignTenant),
        ),
        (
            "nobody vouches (ATT-31)",
            claimed(microsoft(TENANT, solveig)),
            with(vec![known(7, solveig)]),
            rules(),
            Refuse(Refusal::UntrustedAddress),
        ),
        (
            "no such associate",
            microsoft(TENANT, "x@kaffehuset.example"),
            with(vec![]),
            rules(),
            Refuse(Refusal::Unknown),
        ),
        (
            "domain of another provider",
            google(Some("kaffehuset.example"), solveig),
            with(vec![known(7, solveig)]),
            rules(),
            Refuse(Refusal::ForeignDomain),
        ),
        (
            "two with one address (ATT-36)",
            microsoft(TENANT, solveig),
            with(vec![known(7, solveig), known(8, "Solveig@kaffehuset.example")]),
            rules(),
            Refuse(Refusal::Ambiguous),
        ),
        (
            "looks alike (ATT-36)",
            microsoft(TENANT, "sоlveig@kaffehuset.example"),
            with(vec![known(7, solveig)]),
            rules(),
            Refuse(Refusal::LookAlike),
        ),
        (
            "one equal, one alike (ATT-36)",
            microsoft(TENANT, solveig),
            with(vec![known(7, solveig), known(8, "sоlveig@kaffehuset.example")]),
            rules(),
            Refuse(Refusal::Ambiguous),
        ),
        (
            "made anew (ATT-33)",
            microsoft(TENANT, solveig),
            with(vec![signed_in_at(Provider::microsoft())]),
            rules(),
            Ask(seven, Refusal::ChangedSubject),
        ),
        (
            "signs in elsewhere (BAD-27)",
            microsoft(TENANT, solveig),
            with(vec![signed_in_at(Provider::google())]),
            rules(),
            Ask(seven, Refusal::OtherProvider),
        ),
        (
            "matching is off",
            microsoft(TENANT, solveig),
            with(vec![known(7, solveig)]),
            off.clone(),
            Ask(seven, Refusal::MatchingOff),
        ),
        (
            "retired by address",
            microsoft(TENANT, solveig),
            with(vec![of(Admission::Retired)]),
            rules(),
            Refuse(Refusal::Retired),
        ),
        (
            "no address",
            Identity { address: None, ..microsoft(TENANT, "") },
            with(vec![]),
            rules(),
            Refuse(Refusal::NoAddress),
        ),
        (
            "no address at all in it",
            microsoft(TENANT, "solveig"),
            with(vec![]),
            rules(),
            Refuse(Refusal::NoAddress),
        ),
        (
            "Workspace account",
            google(Some("solsiden.example"), "ingrid@solsiden.example"),
            with(vec![known(7, "ingrid@solsiden.example")]),
            rules(),
            Bind(seven, How::Address),
        ),
        (
            "personal account (ATT-34)",
            google(None, "ingrid@solsiden.example"),
            with(vec![known(7, "ingrid@solsiden.example")]),
            rules(),
            Refuse(Refusal::ForeignTenant),
        ),
        (
            "foreign Workspace (ATT-34)",
            google(Some("evil.example"), "ingrid@solsiden.example"),
            with(vec![known(7, "ingrid@solsiden.example")]),
            rules(),
            Refuse(Refusal::ForeignTenant),
        ),
        (
            "not verified at Google",
            claimed(google(Some("solsiden.example"), "ingrid@solsiden.example")),
            with(vec![known(7, "ingrid@solsiden.example")]),
            rules(),
            Refuse(Refusal::UntrustedAddress),
        ),
        (
            "invited from outside",
            google(Some("partner.example"), "kim@partner.example"),
            invited("Kim@partner.example"),
            rules(),
            Bind(AssociateId(9), How::Invitation),
        ),
        (
            "invited, matching off",
            google(Some("partner.example"), "kim@partner.example"),
            invited("kim@partner.example"),
            off,
            Bind(AssociateId(9), How::Invitation),
        ),
        (
            "invitation of another",
            google(Some("partner.example"), "eve@partner.example"),
            invited("kim@partner.example"),
            rules(),
            Refuse(Refusal::OtherInvitation),
        ),
        (
            "invited, not vouched for",
            claimed(google(None, "kim@partner.example")),
            invited("kim@partner.example"),
            rules(),
            Refuse(Refusal::UntrustedAddress),
        ),
    ];
    for (case, identity, found, rules, expected) in table {
        assert_eq!(decide(&identity, &found, &rules), expected, "{case}");
    }
}

#[test]
fn every_refusal_has_a_code_of_its_own() {
    let all = Refusal::ALL;
    let codes: std::collections::HashSet<_> = all.iter().map(|r| r.code()).collect();
    assert_eq!(codes.len(), all.len());
    assert!(all.iter().all(|r| r.task().ends_with('.')));
}
