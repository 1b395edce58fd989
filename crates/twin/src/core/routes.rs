//! A table of routes: what is served stands in one place, for requests and for the list of what is covered.

use super::call::decode;
use http::Method;

/// One line of a table. `H` is the handler's type.
#[derive(Debug, Clone)]
pub struct Route<H> {
    pub method: Method,
    /// `/drives/{drive}/items/{item}`; a parameter may have text around it inside its segment:
    /// `search(q='{q}')`.
    pub template: &'static str,
    /// The operation's name, for faults and the log: `driveItem.get`.
    pub operation: &'static str,
    /// Its cost in the provider's quota units.
    pub units: u32,
    pub handler: H,
}

/// The values of a template's parameters, decoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(&'static str, String)>);

impl Params {
    /// A parameter of the template; empty when the template has none of that name.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.as_str())
    }
}

/// What a request met in a table.
#[derive(Debug)]
pub enum Met<'t, H> {
    Route(&'t Route<H>, Params),
    /// The path is known, the method is not.
    WrongMethod,
    Nothing,
}

/// Routes, to be asked in order: the first that fits wins.
#[derive(Debug)]
pub struct Table<H: 'static>(Vec<Line<H>>);

#[derive(Debug)]
struct Line<H> {
    route: Route<H>,
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(&'static str),
    Parameter { before: &'static str, name: &'static str, after: &'static str },
}

impl<H> Table<H> {
    /// Builds a table.
    pub fn new(routes: Vec<Route<H>>) -> Self {
        let line = |route: Route<H>| Line { segments: read(route.template), route };
        Self(routes.into_iter().map(line).collect())
    }

    /// All routes.
    pub fn routes(&self) -> impl Iterator<Item = &Route<H>> {
        self.0.iter().map(|line| &line.route)
    }

    /// Finds the route of a request. `path` is percent-encoded.
    pub fn find(&self, method: &Method, path: &str) -> Met<'_, H> {
        let segments = super::call::segments(path);
        let mut known = false;
        for line in self.0.iter().filter(|line| line.segments.len() == segments.len()) {
            let Some(params) = fit(&line.segments, &segments) else { continue };
            if line.route.method == *method {
                return Met::Route(&line.route, params);
            }
            known = true;
        }
        if known { Met::WrongMethod } else { Met::Nothing }
    }
}

fn read(template: &'static str) -> Vec<Segment> {
    let one = |text: &'static str| match text.split_once('{').and_then(|(before, rest)| {
        rest.split_once('}').map(|(name, after)| Segment::Parameter { before, name, after })
    }) {
        Some(parameter) => parameter,
        None => Segment::Literal(text),
    };
    template.split('/').filter(|text| !text.is_empty()).map(one).collect()
}

fn fit(template: &[Segment], segments: &[&str]) -> Option<Params> {
    let mut params = Vec::new();
    for (expected, found) in template.iter().zip(segments) {
        match expected {
            Segment::Literal(text) if text == found => {}
            Segment::Literal(_) => return None,
            Segment::Parameter { before, name, after } => {
                let inner = found.strip_prefix(before)?.strip_suffix(after)?;
                params.push((*name, decode(inner)));
            }
        }
    }
    Some(Params(params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table<u8> {
        let line = |method, template, handler| Route { method, template, operation: "", units: 1, handler };
        Table::new(vec![
            line(Method::GET, "/files/generateIds", 1),
            line(Method::GET, "/files/{id}", 2),
            line(Method::PATCH, "/files/{id}", 3),
            line(Method::GET, "/root/search(q='{q}')", 4),
        ])
    }

    #[test]
    fn the_first_route_that_fits_is_taken_and_its_parameters_are_decoded() {
        let table = table();
        let found = |method: Method, path: &str| match table.find(&method, path) {
            Met::Route(route, params) => Some((route.handler, params)),
            _ => None,
        };
        assert_eq!(found(Method::GET, "/files/generateIds").unwrap().0, 1);
        let (handler, params) = found(Method::PATCH, "/files/a%20b/").unwrap();
        assert_eq!((handler, params.get("id")), (3, "a b"));
        let (handler, params) = found(Method::GET, "/root/search(q='x%27y')").unwrap();
        assert_eq!((handler, params.get("q")), (4, "x'y"));
        assert!(matches!(table.find(&Method::DELETE, "/files/x"), Met::WrongMethod));
        assert!(matches!(table.find(&Method::GET, "/files"), Met::Nothing));
    }
}
