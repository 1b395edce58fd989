//! Our reference: its counter gives each number to one document, once.

use crate::acceptance_common::elsewhere::{ELSEWHERE, Elsewhere, Mood};
use crate::acceptance_common::{create, from, kind, make_template, named, text};
use app::App;
use app::documents::FromTemplate;
use domain::documents::Properties;
use domain::records::Company;
use domain::templates::{Numbering, TemplateProperties};
use domain::{Ctx, ErrorKind, PluginId, TemplateId};
use std::collections::{BTreeMap, BTreeSet};
use testkit::house::{House, heading};

fn counting(pattern: &str, next: i64) -> Numbering {
    Numbering { pattern: pattern.into(), counts: true, next, ..Numbering::default() }
}

async fn offer(app: &App, ada: &Ctx, numbering: Numbering, stored_in: PluginId) -> TemplateId {
    let properties = TemplateProperties { numbering, stored_in, ..named("Offer") };
    make_template(app, ada, properties, "Offer.txt", "{oref} is number {snum}".into()).await.template.id
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_people_at_once_get_fifty_numbers() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let template = offer(&house.app, &ada, counting("OF-{snum}", 1000), PluginId::ARCHIVE).await;
    let mut running = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (app, who) = (house.app.clone(), house.as_(["bo", "cy", "di"][n % 3]).await);
        running
            .spawn(async move { create(&app, &who, from(template, heading(&format!("Offer {n}")))).await });
    }
    let made = running.join_all().await;
    let numbers: BTreeSet<_> = made.iter().filter_map(|view| view.document.snum).collect();
    assert_eq!(numbers, (1000..1050).collect());
    for view in made {
        let number = view.document.snum.unwrap();
        assert_eq!(view.document.properties.our_ref, format!("OF-{number}"));
        let bo = house.as_("bo").await;
        let says = text(&house.app, &bo, view.document.id).await;
        assert_eq!(says, format!("OF-{number} is number {number}"), "the letter says what the record says");
    }
}

#[tokio::test]
async fn the_number_of_a_document_that_could_not_be_made_is_never_given_again() {
    let house = House::new().await;
    let elsewhere = Elsewhere::beside(&house);
    let app = elsewhere.app(&house);
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let template = offer(&app, &ada, counting("OF-{snum}", 1), ELSEWHERE).await;
    let make =
        async |name: &str| app.documents().create_from_template(&bo, from(template, heading(name))).await;

    assert_eq!(make("first").await.unwrap().document.snum, Some(1));
    elsewhere.be(Mood::Full);
    assert_eq!(kind(make("withdrawn").await), ErrorKind::Forbidden);
    elsewhere.be(Mood::Silent);
    assert_eq!(kind(make("undecided").await), ErrorKind::Unavailable);
    elsewhere.be(Mood::Well);
    assert_eq!(make("second").await.unwrap().document.snum, Some(4));
    house.pass(600);
    app.reconciler().run_once(house.now()).await.unwrap();
    assert_eq!(make("third").await.unwrap().document.snum, Some(5));
}

#[tokio::test]
async fn a_request_refused_before_anything_is_recorded_uses_no_number() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let template = offer(&house.app, &ada, counting("OF-{snum}", 1), PluginId::ARCHIVE).await;
    let documents = house.app.documents();
    let wrong = Properties { company: Some(domain::CompanyId(4711)), ..heading("x") };
    assert_eq!(kind(documents.create_from_template(&bo, from(template, wrong)).await), ErrorKind::Invalid);
    let long = heading(&"x".repeat(5000));
    assert_eq!(kind(documents.create_from_template(&bo, from(template, long)).await), ErrorKind::Invalid);
    let view = create(&house.app, &bo, from(template, heading("Right"))).await;
    assert_eq!(view.document.snum, Some(1));
}

#[tokio::test]
async fn a_reference_can_be_typed_unless_the_template_fixes_it() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let open = offer(&house.app, &ada, counting("OF-{snum}", 1), PluginId::ARCHIVE).await;
    let fixed = Numbering { read_only: true, ..counting("FX-{snum}", 1) };
    let fixed = offer(&house.app, &ada, fixed, PluginId::ARCHIVE).await;
    let typed = |our_ref: &str| Properties { our_ref: our_ref.into(), ..heading("Offer") };
    let reference = async |template, our_ref: &str| {
        create(&house.app, &bo, from(template, typed(our_ref))).await.document.properties.our_ref
    };
    assert_eq!(reference(open, "").await, "OF-1");
    assert_eq!(reference(open, "My own 7").await, "My own 7");
    assert_eq!(reference(open, "OF-{snum}").await, "OF-3", "the pattern itself, as the form offers it");
    assert_eq!(reference(fixed, "").await, "FX-1");
    assert_eq!(reference(fixed, "My own 7").await, "FX-2");
}

#[tokio::test]
async fn codes_in_the_pattern_are_filled_in_and_their_values_stay_text() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let numbering = counting("{code}/{attl}/{snum}{nonsense}", 7);
    let template = offer(&house.app, &ada, numbering, PluginId::ARCHIVE).await;
    // A company whose code looks like the counter, as somebody may have imported it.
    let company = Company { name: "Sly".into(), code: "{snum}".into(), ..Company::default() };
    let (i, now) = (house.installation.id, house.now());
    let sly = house.app.store().write(move |tx| tx.companies(i).insert(&company, now)).await.unwrap();
    let properties = Properties { company: Some(sly), ..heading("Offer") };
    let view = create(&house.app, &bo, from(template, properties)).await;
    assert_eq!(view.document.properties.our_ref, "{snum}//7{nonsense}");
}

#[tokio::test]
async fn two_templates_count_by_themselves_and_one_without_a_counter_does_not() {
    let house = House::new().await;
    let (ada, bo) = (house.as_("ada").await, house.as_("bo").await);
    let first = offer(&house.app, &ada, counting("A-{snum}", 10), PluginId::ARCHIVE).await;
    let second = offer(&house.app, &ada, counting("B-{snum}", 20), PluginId::ARCHIVE).await;
    let plain = Numbering { pattern: "REF {auth}".into(), ..Numbering::default() };
    let plain = offer(&house.app, &ada, plain, PluginId::ARCHIVE).await;
    let mut references = Vec::new();
    for template in [first, second, first, plain] {
        let ask = FromTemplate { custom: BTreeMap::new(), ..from(template, heading("x")) };
        references.push(create(&house.app, &bo, ask).await.document.properties.our_ref);
    }
    assert_eq!(references, ["A-10", "B-20", "A-11", "REF Bo Lund"]);
    let missing = Numbering { pattern: "OF-{snum}".into(), ..Numbering::default() };
    let properties = TemplateProperties { numbering: missing, ..named("Offer") };
    let refused = house.app.templates().update(&ada, first, None, properties).await;
    assert_eq!(kind(refused), ErrorKind::Invalid, "a pattern with a counter needs the counter");
}

#[tokio::test]
async fn a_reference_left_blank_stays_blank_where_the_template_allows_it_and_somebody_was_asked() {
    let house = House::new().await;
    let ada = house.as_("ada").await;
    let numbering = Numbering { allow_blank: true, ..counting("OF-{snum}", 1) };
    let template = offer(&house.app, &ada, numbering, PluginId::ARCHIVE).await;
    let ask = |reference_asked| FromTemplate { reference_asked, ..from(template, heading("Offer")) };
    assert_eq!(create(&house.app, &ada, ask(true)).await.document.properties.our_ref, "");
    assert_eq!(create(&house.app, &ada, ask(false)).await.document.properties.our_ref, "OF-2");
}
