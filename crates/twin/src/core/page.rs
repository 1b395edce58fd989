//! The layout of all pages: small, plain, readable in light and dark and on narrow screens, with the notice that
//! this is a simulation.

use super::answer::escape;

const STYLE: &str = include_str!("page.css");

/// A page. `product` says what is simulated, `title` is text, `body` is HTML.
pub fn page(product: &str, title: &str, body: &str) -> String {
    let (product, title) = (escape(product), escape(title));
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title} – {product} (simulation)</title><style>{STYLE}</style></head>\
         <body><header role=\"banner\"><strong>Simulation</strong> of {product}. Nothing here is real, and no \
         password is ever asked for.</header><main>{body}</main></body></html>\n"
    )
}
