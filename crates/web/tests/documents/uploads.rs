//! Files as new documents.

use super::{follow, send, send_by_script};
use testkit::world::{MAX_UPLOAD, World};

#[tokio::test]
async fn several_files_become_documents_with_the_same_facts() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let company = world.first.companies[0].to_string();
    let parts = [
        ("company", "", company.as_bytes()),
        ("visible_for", "", b"everyone".as_slice()),
        ("file", "one.txt", b"first"),
        ("file", "two.pdf", b"%PDF-1.7"),
        ("file", "", b""),
    ];
    let page = follow(&me, &send(&me, "/documents/upload", &parts).await).await;
    assert!(page.contains("2 documents were added"));
    let listed = me.get(&format!("/documents?company={company}")).send().await.expect(200).text();
    assert!(listed.contains("data-row>one<") && listed.contains("data-row>two<"));
}

#[tokio::test]
async fn one_bad_file_among_good_ones_is_named_with_its_reason_bad_11() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let large = vec![b'x'; MAX_UPLOAD as usize + 1];
    let parts =
        [("file", "good.txt", b"fine".as_slice()), ("file", "big.bin", &large), ("file", "last.txt", b"too")];
    let answer = send(&me, "/documents/upload", &parts).await.expect(413);
    let page = answer.text();
    assert!(page.contains("2 files were kept") && page.contains("big.bin") && page.contains("larger than"));
    let listed = me.get("/documents").send().await.expect(200).text();
    assert!(
        listed.contains("data-row>good<")
            && listed.contains("data-row>last<")
            && !listed.contains("data-row>big<")
    );
}

#[tokio::test]
async fn our_script_gets_json_for_each_file() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let made =
        send_by_script(&me, "/documents/upload", &[("file", "note.txt", b"hello")]).await.expect(201).json();
    let url = made["url"].as_str().unwrap();
    assert_eq!(made["heading"], "note");
    assert_eq!(me.get(&format!("{url}/content")).send().await.expect(200).text(), "hello");
    let large = vec![b'x'; MAX_UPLOAD as usize + 1];
    let refused =
        send_by_script(&me, "/documents/upload", &[("file", "big.bin", &large)]).await.expect(413).json();
    assert!(refused["detail"].as_str().unwrap().contains("larger than"), "{refused}");
    let none = send_by_script(&me, "/documents/upload", &[]).await;
    assert!(none.status.is_client_error() && none.json()["detail"].as_str().unwrap().contains("No file"));
}

#[tokio::test]
async fn an_empty_file_is_a_draft_that_takes_its_content_later_t04() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let made =
        send_by_script(&me, "/documents/upload", &[("file", "scan.pdf", b"")]).await.expect(201).json();
    let url = made["url"].as_str().unwrap();
    let page = me.get(url).send().await.expect(200).text();
    assert!(page.contains("It is empty so far"));
    assert_eq!(me.get(&format!("{url}/content")).send().await.expect(200).body.len(), 0);
    send(&me, &format!("{url}/content"), &[("file", "scan.pdf", b"%PDF-1.7 now")]).await.expect(303);
    assert_eq!(me.get(&format!("{url}/content")).send().await.expect(200).text(), "%PDF-1.7 now");
}

#[tokio::test]
async fn an_upload_that_breaks_off_or_lacks_its_proof_leaves_nothing() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let files = world.content_files();
    let cut = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--XX\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf of i",
        me.csrf()
    );
    let request = me.post("/documents/upload").header("content-type", "multipart/form-data; boundary=XX");
    assert!(request.bytes(cut).send().await.status.is_client_error());
    let bare = me.clone().without("x-csrf-token");
    let body =
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx\r\n--XX--\r\n";
    let request = bare.post("/documents/upload").header("content-type", "multipart/form-data; boundary=XX");
    request.bytes(body).send().await.expect(403);
    assert!(!me.get("/documents").send().await.expect(200).text().contains("data-row>a<"));
    assert_eq!(world.content_files(), files);
}

#[tokio::test]
async fn searching_a_record_sends_no_file() {
    let world = World::new().await;
    let me = world.browser("bjorn").await;
    let form = me.get("/documents/upload").send().await.expect(200).text();
    assert!(
        form.contains(
            "formaction=\"/documents/upload/find\" formenctype=\"application/x-www-form-urlencoded\""
        )
    );
    let found =
        super::post(&me, "/documents/upload/find", "heading=Kept&find=company&company_find=zzz").await;
    let page = found.expect(200).text();
    assert!(page.contains("value=\"Kept\"") && page.contains("Nothing begins with"));
    // A browser forgets chosen files when the page is loaded again: the records come first, and both pages say so.
    let said = "Find the records before you choose the files";
    assert!(form.contains(said) && page.contains(said));
    let again = "have to be chosen again";
    assert!(!form.contains(again) && page.contains(again));
    let order = ["1. What they are about", "name=\"find\"", "2. The files", "type=\"file\""]
        .map(|part| page.find(part));
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{order:?}");
}
