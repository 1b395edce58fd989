//! What handlers need to know about a request, visible in their parameters.

mod arrival;
mod caller;
mod csrf_form;
mod csrf_upload;
mod path;
mod query;
mod signed;

pub use arrival::{Arrival, Client};
pub use caller::{AdminCaller, Caller};
pub use csrf_form::{CsrfForm, OwnForm};
pub use csrf_upload::CsrfUpload;
pub use path::{ApiId, Id, PathId, path_id};
pub use query::PageQuery;
pub use signed::{AdminSigned, Signed};
