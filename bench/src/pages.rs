//! `xwms-bench run --pages`: whether any page of a long list costs what its first one does.

use std::time::Instant;

use crate::cli::say;
use crate::cores::Cores;
use crate::failure::Failure;
use crate::http::Connection;
use crate::management::request;
use crate::platform::{Database, Platform, Where};
use crate::postgres::Cluster;
use crate::report::reached;
use crate::run::RunArgs;
use crate::seed;
use crate::stage::Stage;
use crate::statistics::median;
use crate::table::Table;
use crate::worker::unexpected;

/// The lists, each with what it holds.
const LISTS: [(&str, u32); 2] = [("users", USERS), ("attempts", ATTEMPTS)];
const USERS: u32 = 100_000;
const ATTEMPTS: u32 = 1_000_000;
/// Entries of a page: the most that one may ask for.
const LIMIT: usize = 200;
/// A list is looked at in so many parts, so that a page that the machine has disturbed decides nothing.
const PARTS: usize = 10;
/// A later part may cost so many times what the first page does.
const GOAL: f64 = 1.20;

/// What was found on one database.
pub(crate) struct Walked {
    title: String,
    table: Table,
}

impl Walked {
    pub(crate) fn render(&self, markdown: bool) -> String {
        format!("\n{}\n\n{}\n", self.title, self.table.render(markdown))
    }
}

/// Walks both lists on one database.
pub(crate) async fn on(
    database: Database,
    cluster: Option<&Cluster>,
    cores: Cores,
    args: &RunArgs,
) -> Result<Walked, Failure> {
    say(&format!("{}: setting up", database.title()));
    let place = Where::new(cluster, "pages").await?;
    let platform = Platform::set_up(cores, &args.program()?, &place, 1)?;
    platform.configure(&format!("[attempts]\nkeep = {ATTEMPTS}\n"))?;
    let client = platform.managed.client.parse().map_err(|_| Failure("the client's id is none".to_owned()))?;
    seed::fill_lists(&platform.database_url, client, USERS, ATTEMPTS).await?;
    let stage = Stage::open(platform, place.database_pid, 1)?;

    let title = format!("{}, pages of {LIMIT}; {}", database.title(), cores.note());
    let heading =
        ["list", "entries", "pages", "first page ms", "cheapest tenth ms", "dearest tenth ms", "ratio", "goal", ""];
    let mut table = Table::new(&heading);
    for (list, entries) in LISTS {
        say(&format!("{}: walking {entries} {list}", database.title()));
        // Once to warm up what the first page, asked often, has warm as well.
        walk(&stage, list).await?;
        let times = walk(&stage, list).await?;
        if times.len() * LIMIT < entries as usize {
            return Err(Failure(format!("{} pages of {list} are not all", times.len())));
        }
        let first = first_page(&stage, list, times.len() / PARTS).await?;
        let tenths = || times.chunks(times.len().div_ceil(PARTS)).map(|part| median(part.iter().copied()));
        let (cheapest, dearest) = (tenths().fold(f64::INFINITY, f64::min), tenths().fold(0.0, f64::max));
        let ratio = dearest / first;
        table.row(vec![
            list.to_owned(),
            entries.to_string(),
            times.len().to_string(),
            format!("{first:.2}"),
            format!("{cheapest:.2}"),
            format!("{dearest:.2}"),
            format!("{ratio:.2}"),
            format!("≤ {GOAL:.2}"),
            reached(ratio <= GOAL),
        ]);
    }
    Ok(Walked { title, table })
}

/// How long each page of a list took, in milliseconds, one after the other over one connection.
async fn walk(stage: &Stage, list: &str) -> Result<Vec<f64>, Failure> {
    let mut connection = Connection::to(stage.site.address);
    let (mut times, mut cursor) = (Vec::new(), None);
    loop {
        let (time, next) = page(stage, &mut connection, list, cursor.as_deref()).await?;
        times.push(time);
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(times),
        }
    }
}

/// How long the first page takes, asked so many times.
async fn first_page(stage: &Stage, list: &str, times: usize) -> Result<f64, Failure> {
    let mut connection = Connection::to(stage.site.address);
    let mut all = Vec::with_capacity(times);
    for _ in 0..times {
        all.push(page(stage, &mut connection, list, None).await?.0);
    }
    Ok(median(all))
}

/// Asks for a page; how long that took, and the cursor of the next one.
async fn page(
    stage: &Stage,
    connection: &mut Connection,
    list: &str,
    cursor: Option<&str>,
) -> Result<(f64, Option<String>), Failure> {
    let cursor = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
    let path = format!("{list}?limit={LIMIT}{cursor}");
    let request = request(&stage.site.host, &stage.platform.managed, &path);
    let began = Instant::now();
    let answer = connection.exchange(&request).await?;
    let time = began.elapsed().as_secs_f64() * 1000.0;
    if answer.status == 200 {
        Ok((time, answer.json_text("next_cursor").map(str::to_owned)))
    } else {
        Err(unexpected(answer))
    }
}
