//! The DNS, asked for addresses and for texts.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::Pin;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

/// How long one server is waited for, before it is asked again, or another is.
const TRY: Duration = Duration::from_secs(3);

/// A question to the DNS on its way.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = Result<Vec<T>, DnsError>> + Send + 'a>>;

/// Who is asked for names. The program asks the system's name servers; a test gives its own answers.
pub trait Dns: Send + Sync {
    /// Every address of a host, both kinds. None is [`DnsError::NotFound`].
    fn addresses<'a>(&'a self, host: &'a str) -> Asked<'a, IpAddr>;

    /// Every TXT record that stands at this very name, its parts joined. One behind an alias is somebody else's, and not
    /// given.
    fn texts<'a>(&'a self, name: &'a str) -> Asked<'a, Vec<u8>>;
}

/// Why a name gave nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DnsError {
    /// There is no such name, or it has no such record.
    NotFound,
    /// No server answered, or they say that they can't.
    Failed,
}

/// The system's name servers, asked anew each time.
pub struct SystemDns(TokioResolver);

impl SystemDns {
    /// Those that `/etc/resolv.conf` names; without any, one on this machine, as the C library does.
    ///
    /// # Errors
    /// Why there can be no resolver: a text for the operator.
    pub fn new() -> Result<Self, String> {
        let here = || NameServerConfig::udp_and_tcp(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let builder = TokioResolver::builder_tokio().unwrap_or_else(|_| {
            let config = ResolverConfig::from_name_servers(vec![here()]);
            TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        });
        Self::of(builder)
    }

    fn of(mut builder: hickory_resolver::ResolverBuilder<TokioRuntimeProvider>) -> Result<Self, String> {
        let options = builder.options_mut();
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.timeout = TRY;
        // What a partner has just published is to be seen.
        options.cache_size = 0;
        builder.build().map(Self).map_err(|why| format!("the DNS can't be asked: {why}"))
    }
}

impl Dns for SystemDns {
    fn addresses<'a>(&'a self, host: &'a str) -> Asked<'a, IpAddr> {
        Box::pin(async move {
            let found = self.0.lookup_ip(name(host)?).await.map_err(|why| failed(&why))?;
            let found: Vec<IpAddr> = found.iter().collect();
            if found.is_empty() { Err(DnsError::NotFound) } else { Ok(found) }
        })
    }

    fn texts<'a>(&'a self, at: &'a str) -> Asked<'a, Vec<u8>> {
        Box::pin(async move {
            let at = name(at)?;
            let found = self.0.lookup(at.clone(), RecordType::TXT).await.map_err(|why| failed(&why))?;
            let own = found.answers().iter().filter(|record| record.name == at);
            let texts: Vec<Vec<u8>> = own
                .filter_map(|record| match &record.data {
                    RData::TXT(text) => Some(text.txt_data.concat()),
                    _ => None,
                })
                .collect();
            if texts.is_empty() { Err(DnsError::NotFound) } else { Ok(texts) }
        })
    }
}

/// The name as it stands: the domain of this machine is never appended.
fn name(text: &str) -> Result<Name, DnsError> {
    let mut name = Name::from_ascii(text).map_err(|_| DnsError::NotFound)?;
    name.set_fqdn(true);
    Ok(name)
}

fn failed(why: &NetError) -> DnsError {
    if why.is_nx_domain() || why.is_no_records_found() { DnsError::NotFound } else { DnsError::Failed }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use hickory_resolver::config::{ConnectionConfig, ResolverOpts};
    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::Record;
    use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, TXT};
    use tokio::net::UdpSocket;

    use super::*;

    /// A name server on this machine with a few records.
    async fn server() -> SystemDns {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let port = socket.local_addr().unwrap().port();
        tokio::spawn(async move {
            let mut bytes = [0; 1500];
            while let Ok((length, peer)) = socket.recv_from(&mut bytes).await {
                let asked = Message::from_vec(&bytes[..length]).unwrap();
                let answer = answer(&asked);
                socket.send_to(&answer.to_vec().unwrap(), peer).await.unwrap();
            }
        });
        let mut connection = ConnectionConfig::udp();
        connection.port = port;
        let server = NameServerConfig::new(IpAddr::V4(Ipv4Addr::LOCALHOST), true, vec![connection]);
        let config = ResolverConfig::from_name_servers(vec![server]);
        let options = ResolverOpts::default();
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).with_options(options);
        SystemDns::of(builder).unwrap()
    }

    fn answer(asked: &Message) -> Message {
        let query = asked.queries[0].clone();
        let record = |name: &str, data: RData| Record::from_rdata(Name::from_str(name).unwrap(), 60, data);
        let zone = [
            record("two.example.", RData::A(A::new(203, 0, 113, 7))),
            record("two.example.", RData::AAAA(AAAA::from_str("fd00::1").unwrap())),
            record("_xwms-challenge.engines.example.", RData::TXT(TXT::new(vec!["to".to_owned(), "ken".to_owned()]))),
            record("_xwms-challenge.engines.example.", RData::TXT(TXT::new(vec!["other".to_owned()]))),
            record("_xwms-challenge.example.", RData::TXT(TXT::new(vec!["token".to_owned()]))),
            record(
                "_xwms-challenge.alias.example.",
                RData::CNAME(CNAME(Name::from_str("_xwms-challenge.engines.example.").unwrap())),
            ),
        ];
        let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
        answer.add_query(query.clone());
        let mut name = query.name().clone();
        loop {
            let at_name: Vec<&Record> = zone.iter().filter(|record| record.name == name).collect();
            let fitting = at_name.iter().filter(|record| record.record_type() == query.query_type());
            answer.add_answers(fitting.map(|record| (*record).clone()));
            match at_name.iter().find_map(|record| match &record.data {
                RData::CNAME(target) => Some(((*record).clone(), target.0.clone())),
                _ => None,
            }) {
                Some((record, target)) => {
                    answer.add_answer(record);
                    name = target;
                }
                None if at_name.is_empty() => {
                    answer.metadata.response_code = ResponseCode::NXDomain;
                    return answer;
                }
                None => return answer,
            }
        }
    }

    #[tokio::test]
    async fn wh_02_all_addresses_of_both_kinds_are_told() {
        let dns = server().await;
        let found = dns.addresses("two.example").await.unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        for address in ["203.0.113.7", "fd00::1"] {
            assert!(found.contains(&address.parse().unwrap()), "{found:?}");
        }
        assert_eq!(dns.addresses("nothing.example").await, Err(DnsError::NotFound));
        assert_eq!(dns.addresses("_xwms-challenge.example").await, Err(DnsError::NotFound));
        assert_eq!(dns.addresses("no name at all..").await, Err(DnsError::NotFound));
    }

    #[tokio::test]
    async fn dv_10_a_text_counts_only_where_it_stands() {
        let dns = server().await;
        let texts = dns.texts("_xwms-challenge.engines.example").await.unwrap();
        assert_eq!(texts, [b"token".to_vec(), b"other".to_vec()]);
        // Neither the parent's nor one that an alias leads to.
        for name in ["_xwms-challenge.app.engines.example", "_xwms-challenge.alias.example"] {
            assert_eq!(dns.texts(name).await, Err(DnsError::NotFound), "{name}");
        }
    }
}
