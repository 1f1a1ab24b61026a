//! The management API under a property-based tester that somebody else wrote: it reads the OpenAPI document and sends what
//! fits it and what does not. Nothing fails on our side, and nothing is answered that the document does not tell.

use std::process::Command;

use serde_json::{Value, json};
use xwms_core::gate::permission::Permission;

use crate::clients::{bounded, schemathesis};
use crate::server::Server;
use crate::world::{Backend, CLIENT};

/// How long the tester may look for what fails, in seconds.
const SECONDS: u32 = 90;

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_no_failure_and_no_answer_that_is_not_documented() {
    let Some(folder) = schemathesis() else { return };
    let Some(server) = Server::start(Backend::Sqlite).await else { return };
    let work = tempfile::tempdir().unwrap();
    // The owner is of the staff here, so that no operation is closed; what would end the client is.
    let file = work.path().join("staff.toml");
    std::fs::write(&file, "[[users]]\nemail = \"charles@example.test\"\nstaff = \"admin\"\n").unwrap();
    server.run(&["apply", file.to_str().unwrap()]);
    let mut arguments = vec!["token", "new", "--user", "charles@example.test"];
    for permission in Permission::ALL.iter().filter(|permission| **permission != Permission::ClientDelete) {
        arguments.extend(["--permission", permission.text()]);
    }
    let token = server.run(&arguments);
    let document = work.path().join("openapi.json");
    std::fs::write(&document, with_a_real_client(xwms_admin_api::openapi()).to_string()).unwrap();

    let mut tester = Command::new(folder.join("venv/bin/schemathesis"));
    tester.arg("run").arg(&document).args(["--url", &server.issuer]);
    tester.arg("--header").arg(format!("Authorization: Bearer {}", token.trim()));
    tester.args([
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
    ]);
    tester.args(["--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--generation-deterministic"]);
    tester.args(["--max-time", &SECONDS.to_string(), "--continue-on-failure", "--no-color", "--warnings", "off"]);
    let mut tester = bounded(&tester, SECONDS + 90);
    let ran = tester.current_dir(work.path()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    if let Some(file) = std::env::var_os("XWMS_KEEP_API_TESTER") {
        std::fs::write(file, said.as_bytes()).unwrap();
    }
    assert!(ran.status.success(), "{said}\n{}\n{}", String::from_utf8_lossy(&ran.stderr), server.log());
}

/// The document with the partner's own client in every path that has one: else all that is tried is answered 404.
fn with_a_real_client(mut document: Value) -> Value {
    for methods in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in methods.as_object_mut().unwrap().values_mut() {
            let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
            for parameter in parameters.into_iter().flatten().filter(|parameter| parameter["name"] == json!("client")) {
                parameter["schema"] = json!({ "type": "string", "enum": [CLIENT] });
            }
        }
    }
    document
}
