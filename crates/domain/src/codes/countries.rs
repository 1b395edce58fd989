//! The names of countries by their two-letter codes (ISO 3166-1 alpha-2).

/// A country: code, name in English, Norwegian, Swedish, Danish and German, then its names in its own languages.
struct Country(
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// The name of a country for a document in `language` (BCP 47): in English, Norwegian, Swedish, Danish and German for
/// every country of the table, in other languages for the countries where they are spoken, else in English. A code
/// that is not in the table is given back as it is; a blank code is blank.
pub fn country_name(code: &str, language: &str) -> String {
    let code = code.trim();
    let Some(country) = COUNTRIES.iter().find(|country| country.0.eq_ignore_ascii_case(code)) else {
        return code.to_owned();
    };
    let language = language.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
    match language.as_str() {
        "nb" | "nn" | "no" => country.2,
        "sv" => country.3,
        "da" => country.4,
        "de" => country.5,
        other => country.6.iter().find(|(spoken, _)| *spoken == other).map_or(country.1, |(_, name)| name),
    }
    .to_owned()
}

#[rustfmt::skip] // one country a line
const COUNTRIES: &[Country] = &[
    Country("AD", "Andorra", "Andorra", "Andorra", "Andorra", "Andorra", &[]),
    Country("AE", "United Arab Emirates", "De forente arabiske emirater", "Förenade Arabemiraten", "De Forenede Arabiske Emirater", "Vereinigte Arabische Emirate", &[]),
    Country("AL", "Albania", "Albania", "Albanien", "Albanien", "Albanien", &[("sq", "Shqipëria")]),
    Country("AM", "Armenia", "Armenia", "Armenien", "Armenien", "Armenien", &[("hy", "Հայաստան")]),
    Country("AR", "Argentina", "Argentina", "Argentina", "Argentina", "Argentinien", &[]),
    Country("AT", "Austria", "Østerrike", "Österrike", "Østrig", "Österreich", &[]),
    Country("AU", "Australia", "Australia", "Australien", "Australien", "Australien", &[]),
    Country("AZ", "Azerbaijan", "Aserbajdsjan", "Azerbajdzjan", "Aserbajdsjan", "Aserbaidschan", &[("az", "Azərbaycan")]),
    Country("BA", "Bosnia and Herzegovina", "Bosnia-Hercegovina", "Bosnien och Hercegovina", "Bosnien-Hercegovina", "Bosnien und Herzegowina", &[("bs", "Bosna i Hercegovina")]),
    Country("BE", "Belgium", "Belgia", "Belgien", "Belgien", "Belgien", &[("nl", "België"), ("fr", "Belgique")]),
    Country("BG", "Bulgaria", "Bulgaria", "Bulgarien", "Bulgarien", "Bulgarien", &[("bg", "България")]),
    Country("BR", "Brazil", "Brasil", "Brasilien", "Brasilien", "Brasilien", &[("pt", "Brasil")]),
    Country("BY", "Belarus", "Belarus", "Belarus", "Belarus", "Belarus", &[("be", "Беларусь")]),
    Country("CA", "Canada", "Canada", "Kanada", "Canada", "Kanada", &[]),
    Country("CH", "Switzerland", "Sveits", "Schweiz", "Schweiz", "Schweiz", &[("fr", "Suisse"), ("it", "Svizzera")]),
    Country("CL", "Chile", "Chile", "Chile", "Chile", "Chile", &[]),
    Country("CN", "China", "Kina", "Kina", "Kina", "China", &[("zh", "中国")]),
    Country("CO", "Colombia", "Colombia", "Colombia", "Colombia", "Kolumbien", &[]),
    Country("CY", "Cyprus", "Kypros", "Cypern", "Cypern", "Zypern", &[("el", "Κύπρος")]),
    Country("CZ", "Czechia", "Tsjekkia", "Tjeckien", "Tjekkiet", "Tschechien", &[("cs", "Česko")]),
    Country("DE", "Germany", "Tyskland", "Tyskland", "Tyskland", "Deutschland", &[]),
    Country("DK", "Denmark", "Danmark", "Danmark", "Danmark", "Dänemark", &[]),
    Country("EE", "Estonia", "Estland", "Estland", "Estland", "Estland", &[("et", "Eesti")]),
    Country("EG", "Egypt", "Egypt", "Egypten", "Egypten", "Ägypten", &[]),
    Country("ES", "Spain", "Spania", "Spanien", "Spanien", "Spanien", &[("es", "España")]),
    Country("ET", "Ethiopia", "Etiopia", "Etiopien", "Etiopien", "Äthiopien", &[]),
    Country("FI", "Finland", "Finland", "Finland", "Finland", "Finnland", &[("fi", "Suomi")]),
    Country("FO", "Faroe Islands", "Færøyene", "Färöarna", "Færøerne", "Färöer", &[("fo", "Føroyar")]),
    Country("FR", "France", "Frankrike", "Frankrike", "Frankrig", "Frankreich", &[]),
    Country("GB", "United Kingdom", "Storbritannia", "Storbritannien", "Storbritannien", "Vereinigtes Königreich", &[]),
    Country("GE", "Georgia", "Georgia", "Georgien", "Georgien", "Georgien", &[("ka", "საქართველო")]),
    Country("GL", "Greenland", "Grønland", "Grönland", "Grønland", "Grönland", &[("kl", "Kalaallit Nunaat")]),
    Country("GR", "Greece", "Hellas", "Grekland", "Grækenland", "Griechenland", &[("el", "Ελλάδα")]),
    Country("GT", "Guatemala", "Guatemala", "Guatemala", "Guatemala", "Guatemala", &[]),
    Country("HK", "Hong Kong", "Hongkong", "Hongkong", "Hongkong", "Hongkong", &[("zh", "香港")]),
    Country("HR", "Croatia", "Kroatia", "Kroatien", "Kroatien", "Kroatien", &[("hr", "Hrvatska")]),
    Country("HU", "Hungary", "Ungarn", "Ungern", "Ungarn", "Ungarn", &[("hu", "Magyarország")]),
    Country("ID", "Indonesia", "Indonesia", "Indonesien", "Indonesien", "Indonesien", &[]),
    Country("IE", "Ireland", "Irland", "Irland", "Irland", "Irland", &[("ga", "Éire")]),
    Country("IL", "Israel", "Israel", "Israel", "Israel", "Israel", &[]),
    Country("IN", "India", "India", "Indien", "Indien", "Indien", &[("hi", "भारत")]),
    Country("IS", "Iceland", "Island", "Island", "Island", "Island", &[("is", "Ísland")]),
    Country("IT", "Italy", "Italia", "Italien", "Italien", "Italien", &[("it", "Italia")]),
    Country("JP", "Japan", "Japan", "Japan", "Japan", "Japan", &[("ja", "日本")]),
    Country("KE", "Kenya", "Kenya", "Kenya", "Kenya", "Kenia", &[]),
    Country("KR", "South Korea", "Sør-Korea", "Sydkorea", "Sydkorea", "Südkorea", &[("ko", "대한민국")]),
    Country("LI", "Liechtenstein", "Liechtenstein", "Liechtenstein", "Liechtenstein", "Liechtenstein", &[]),
    Country("LK", "Sri Lanka", "Sri Lanka", "Sri Lanka", "Sri Lanka", "Sri Lanka", &[]),
    Country("LT", "Lithuania", "Litauen", "Litauen", "Litauen", "Litauen", &[("lt", "Lietuva")]),
    Country("LU", "Luxembourg", "Luxembourg", "Luxemburg", "Luxembourg", "Luxemburg", &[]),
    Country("LV", "Latvia", "Latvia", "Lettland", "Letland", "Lettland", &[("lv", "Latvija")]),
    Country("MC", "Monaco", "Monaco", "Monaco", "Monaco", "Monaco", &[]),
    Country("MD", "Moldova", "Moldova", "Moldavien", "Moldova", "Moldau", &[]),
    Country("ME", "Montenegro", "Montenegro", "Montenegro", "Montenegro", "Montenegro", &[("sr", "Crna Gora")]),
    Country("MK", "North Macedonia", "Nord-Makedonia", "Nordmakedonien", "Nordmakedonien", "Nordmazedonien", &[("mk", "Северна Македонија")]),
    Country("MT", "Malta", "Malta", "Malta", "Malta", "Malta", &[]),
    Country("MX", "Mexico", "Mexico", "Mexiko", "Mexico", "Mexiko", &[("es", "México")]),
    Country("NL", "Netherlands", "Nederland", "Nederländerna", "Nederlandene", "Niederlande", &[("nl", "Nederland")]),
    Country("NO", "Norway", "Norge", "Norge", "Norge", "Norwegen", &[]),
    Country("NZ", "New Zealand", "New Zealand", "Nya Zeeland", "New Zealand", "Neuseeland", &[]),
    Country("PE", "Peru", "Peru", "Peru", "Peru", "Peru", &[("es", "Perú")]),
    Country("PL", "Poland", "Polen", "Polen", "Polen", "Polen", &[("pl", "Polska")]),
    Country("PT", "Portugal", "Portugal", "Portugal", "Portugal", "Portugal", &[]),
    Country("RO", "Romania", "Romania", "Rumänien", "Rumænien", "Rumänien", &[("ro", "România")]),
    Country("RS", "Serbia", "Serbia", "Serbien", "Serbien", "Serbien", &[("sr", "Србија")]),
    Country("RU", "Russia", "Russland", "Ryssland", "Rusland", "Russland", &[("ru", "Россия")]),
    Country("SE", "Sweden", "Sverige", "Sverige", "Sverige", "Schweden", &[]),
    Country("SG", "Singapore", "Singapore", "Singapore", "Singapore", "Singapur", &[]),
    Country("SI", "Slovenia", "Slovenia", "Slovenien", "Slovenien", "Slowenien", &[("sl", "Slovenija")]),
    Country("SJ", "Svalbard and Jan Mayen", "Svalbard og Jan Mayen", "Svalbard och Jan Mayen", "Svalbard og Jan Mayen", "Svalbard und Jan Mayen", &[]),
    Country("SK", "Slovakia", "Slovakia", "Slovakien", "Slovakiet", "Slowakei", &[("sk", "Slovensko")]),
    Country("SM", "San Marino", "San Marino", "San Marino", "San Marino", "San Marino", &[]),
    Country("TH", "Thailand", "Thailand", "Thailand", "Thailand", "Thailand", &[]),
    Country("TR", "Türkiye", "Tyrkia", "Turkiet", "Tyrkiet", "Türkei", &[("tr", "Türkiye")]),
    Country("TW", "Taiwan", "Taiwan", "Taiwan", "Taiwan", "Taiwan", &[]),
    Country("UA", "Ukraine", "Ukraina", "Ukraina", "Ukraine", "Ukraine", &[("uk", "Україна")]),
    Country("US", "United States", "USA", "USA", "USA", "USA", &[("es", "Estados Unidos")]),
    Country("VA", "Vatican City", "Vatikanstaten", "Vatikanstaten", "Vatikanstaten", "Vatikanstadt", &[]),
    Country("VN", "Vietnam", "Vietnam", "Vietnam", "Vietnam", "Vietnam", &[]),
    Country("XK", "Kosovo", "Kosovo", "Kosovo", "Kosovo", "Kosovo", &[]),
    Country("ZA", "South Africa", "Sør-Afrika", "Sydafrika", "Sydafrika", "Südafrika", &[]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_named_in_the_language_of_the_document_or_in_english() {
        let table = [
            ("NO", "en-GB", "Norway"),
            ("no", "", "Norway"),
            ("DE", "nb-NO", "Tyskland"),
            ("DE", "nn", "Tyskland"),
            ("DE", "de", "Deutschland"),
            ("SE", "da-DK", "Sverige"),
            ("NL", "nl-NL", "Nederland"),
            ("BE", "fr-BE", "Belgique"),
            ("NO", "fr-FR", "Norway"),
            ("FI", "fi", "Suomi"),
            ("ZZ", "nb-NO", "ZZ"),
            (" ", "nb-NO", ""),
        ];
        for (code, language, expected) in table {
            assert_eq!(country_name(code, language), expected, "{code:?} in {language:?}");
        }
    }

    #[test]
    fn the_table_holds_each_code_once_in_order_and_no_blank_name() {
        assert!(COUNTRIES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for c in COUNTRIES {
            assert!([c.1, c.2, c.3, c.4, c.5].iter().all(|name| !name.is_empty()), "{}", c.0);
        }
    }
}
