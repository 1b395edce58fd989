use crate::desk;
use serde_json::{Value, json};

const DOCUMENT: &str = "application/vnd.google-apps.document";
const SHEET: &str = "application/vnd.google-apps.spreadsheet";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn imported(desk: &crate::drive::Desk, to: &str, media: &str, content: &[u8]) -> Value {
    desk.upload(json!({ "name": "n", "mimeType": to }), media, content).await.ok()
}

fn export(file: &Value, mime: &str) -> String {
    format!("/files/{}/export?mimeType={mime}", file["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_document_is_exported_in_many_types_and_never_downloaded() {
    // G-13
    let desk = desk();
    let file = imported(&desk, DOCUMENT, "text/plain", b"one & two\nthree").await;
    assert!(
        file.get("size").is_none()
            && file.get("md5Checksum").is_none()
            && file.get("headRevisionId").is_none()
    );
    let plain = desk.get(&export(&file, "text/plain")).await;
    assert_eq!(plain.body, "\u{feff}one & two\r\nthree".as_bytes());
    for (mime, begins) in [
        ("application/pdf", &b"%PDF-1.4"[..]),
        (DOCX, b"PK"),
        ("application/vnd.oasis.opendocument.text", b"PK"),
        ("application/epub%2Bzip", b"PK"),
        ("application/rtf", b"{\\rtf1"),
        ("text/html", b"<html"),
    ] {
        let got = desk.get(&export(&file, mime)).await;
        assert!(got.status == 200 && got.body.starts_with(begins), "{mime} {}", got.status);
    }
    assert_eq!(desk.get(&export(&file, "image/png")).await.reason().0, 400);
    let download = desk.get(&format!("/files/{}?alt=media", file["id"].as_str().unwrap())).await;
    assert_eq!(download.reason(), (403, "fileNotDownloadable".into()));
    let links = file["exportLinks"].as_object().unwrap();
    assert!(links.contains_key(DOCX));
}

#[tokio::test]
async fn what_was_exported_can_be_imported_again() {
    let desk = desk();
    let file = imported(&desk, DOCUMENT, "text/plain", b"a < b\nc").await;
    let docx = desk.get(&export(&file, DOCX)).await.body;
    let again = imported(&desk, DOCUMENT, DOCX, &docx).await;
    let text = desk.get(&export(&again, "text/plain")).await.body;
    assert!(String::from_utf8(text).unwrap().contains("a < b\r\nc"));
    let sheet = imported(&desk, SHEET, "text/csv", b"a,b\n1,2\n").await;
    let xlsx = desk.get(&export(&sheet, XLSX)).await.body;
    let again = imported(&desk, SHEET, XLSX, &xlsx).await;
    assert_eq!(desk.get(&export(&again, "text/csv")).await.body, b"a,b\n1,2\n");
}

#[tokio::test]
async fn exports_above_ten_mebibytes_and_of_other_files_are_refused() {
    // G-12
    let desk = desk();
    let long = vec![b'x'; 3 << 20];
    let file = imported(&desk, DOCUMENT, "text/plain", &long).await;
    assert_eq!(desk.get(&export(&file, "text/plain")).await.status, 200);
    desk.behave("export-too-large", Value::Null, Some(1));
    assert_eq!(
        desk.get(&export(&file, "text/plain")).await.reason(),
        (403, "exportSizeLimitExceeded".into())
    );
    let blob = desk.text("a.txt", "root", "x").await;
    let refused = desk.get(&format!("/files/{blob}/export?mimeType=application/pdf")).await;
    assert_eq!(refused.reason(), (403, "fileNotExportable".into()));
    assert_eq!(desk.get(&export(&file, "")).await.reason(), (400, "required".into()));
}

#[tokio::test]
async fn what_cannot_be_converted_is_refused() {
    let desk = desk();
    for (to, media, content) in
        [(DOCUMENT, "video/mp4", &b"x"[..]), (SHEET, DOCX, b"x"), (DOCUMENT, DOCX, b"no archive")]
    {
        let refused = desk.upload(json!({ "name": "n", "mimeType": to }), media, content).await;
        assert_eq!(refused.status, 400, "{to} {media}");
    }
}
