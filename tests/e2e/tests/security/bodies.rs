//! Whatever is sent as a body is answered with what is wrong with it: no panic, no INTERNAL.

use api::access::{Actor, CallerRole, RPCS, Rpc};
use bytes::Bytes;
use e2e::errors::{MustBeRefused, Refused};
use e2e::les_oliviers::{self, Provisioned};
use e2e::raw::{self, framed};
use e2e::service::{Caller, Service};
use prost_reflect::prost::Message;
use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value,
};
use tonic::Code;

/// Draws the same again at every run: a failure can be repeated.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        // Steele, Lea and Flood's splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % most as u64).unwrap()
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let length = self.below(most);
        (0..length).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// Whoever is admitted to an RPC, so that its fields are judged.
fn admitted(service: &Service, rpc: &Rpc, token: &str) -> Caller {
    let grants = |role, actor| {
        rpc.grants
            .iter()
            .any(|grant| grant.caller == role && grant.actor == actor)
    };
    if grants(CallerRole::Portal, Actor::None) {
        service.portal()
    } else if grants(CallerRole::Portal, Actor::Session) {
        service.session(token)
    } else {
        service.agent()
    }
}

async fn answered(caller: &Caller, rpc: &Rpc, body: Bytes) -> Code {
    let shown = body.clone();
    let answer = raw::call(caller.channel(), rpc.path, &caller.told(), body).await;
    let status = answer.status();
    let sane = !matches!(status.code(), Code::Internal | Code::Unknown);
    assert!(sane, "{} answers {status:?} to {shown:?}", rpc.path);
    if status.code() != Code::Ok {
        Refused::read(&status);
    }
    status.code()
}

/// A value that a field of that kind may hold, or just about.
fn value(draws: &mut Draws, field: &FieldDescriptor, ids: &[String], depth: usize) -> Value {
    let texts = [
        "",
        "x",
        "00000000-0000-0000-0000-000000000000",
        "a@b.example",
        "\u{202e}é\u{0}",
        "' OR 1=1 --",
        "K7MP-4XQ2-9TRW-3HNA",
        "9999999999999999999",
    ];
    match field.kind() {
        Kind::String => Value::String(match draws.below(4) {
            0 => draws.one_of(ids).clone(),
            1 => String::from_utf8_lossy(&draws.bytes(200)).into_owned(),
            2 => "é".repeat(draws.below(2_000)),
            _ => (*draws.one_of(&texts)).to_owned(),
        }),
        Kind::Bool => Value::Bool(draws.below(2) == 0),
        Kind::Enum(_) => Value::EnumNumber(*draws.one_of(&[0, 1, 2, 3, 4, -1, 99, i32::MAX])),
        Kind::Int32 => Value::I32(*draws.one_of(&[0, 1, -1, 2, 12, 31, 2026, i32::MAX, i32::MIN])),
        Kind::Int64 => Value::I64(*draws.one_of(&[0, -1, 1_700_000_000, i64::MAX, i64::MIN])),
        Kind::Bytes => Value::Bytes(draws.bytes(50).into()),
        Kind::Message(message) => {
            let mut nested = DynamicMessage::new(message);
            fill(draws, &mut nested, ids, depth + 1);
            Value::Message(nested)
        }
        other => panic!("no request has a field of kind {other:?}"),
    }
}

fn fill(draws: &mut Draws, message: &mut DynamicMessage, ids: &[String], depth: usize) {
    let fields: Vec<_> = message.descriptor().fields().collect();
    for field in fields {
        if draws.below(4) == 0 || depth > 5 {
            continue;
        }
        if field.is_map() {
            message.set_field(&field, Value::Map([(MapKey::I32(0), Value::I32(0))].into()));
        } else if field.is_list() {
            let length = draws.below(4);
            let values = (0..length)
                .map(|_| value(draws, &field, ids, depth))
                .collect();
            message.set_field(&field, Value::List(values));
        } else {
            let value = value(draws, &field, ids, depth);
            message.set_field(&field, value);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_random_bodies_bring_no_panic_and_no_internal() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let ids = [
        olive.partner.partner_id.clone(),
        olive.agreement_id(),
        olive.paris(),
        olive.gironde(),
        claire.account.account_id.clone(),
        olive.delivery_id.clone(),
        claire.account.user_number.clone(),
        claire.account.identifier.clone(),
        les_oliviers::OFFRE_BAILLEURS.to_owned(),
    ];
    let pool = DescriptorPool::decode(api::FILE_DESCRIPTOR_SET).unwrap();
    let mut draws = Draws(2026);
    let mut carried_out = 0;
    for round in 0..2_000 {
        let rpc = &RPCS[round % RPCS.len()];
        // What ends the session under the test, or every session, says nothing new here.
        if rpc.path.ends_with("ReplaceAdministrator") || rpc.path.ends_with("SignOut") {
            continue;
        }
        let caller = admitted(&service, rpc, &claire.token);
        let body = if draws.below(3) == 0 {
            framed(&draws.bytes(400))
        } else {
            let (service, method) = rpc.path[1..].split_once('/').unwrap();
            let service = pool.get_service_by_name(service).unwrap();
            let method = service.methods().find(|m| m.name() == method).unwrap();
            let mut message = DynamicMessage::new(method.input());
            fill(&mut draws, &mut message, &ids, 0);
            framed(&message.encode_to_vec())
        };
        if answered(&caller, rpc, body).await == Code::Ok {
            carried_out += 1;
        }
    }
    assert!(carried_out > 30, "some are well-formed: {carried_out}");
    service.sign_in_again(&claire).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_frame_is_refused_on_every_rpc() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let two = [framed(&[]), framed(&[])].concat();
    let bodies: [&[u8]; 8] = [
        b"",
        b"\0",
        b"\0\0\0\0",
        b"\0\0\0\0\x05abc",
        b"\x01\0\0\0\0",
        b"\x02\0\0\0\0",
        b"\0\xff\xff\xff\xff",
        &two,
    ];
    for rpc in RPCS {
        let caller = admitted(&service, rpc, &claire.token);
        for body in bodies {
            let body = Bytes::copy_from_slice(body);
            let code = answered(&caller, rpc, body.clone()).await;
            assert_eq!(code, Code::InvalidArgument, "{} to {body:?}", rpc.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn text_that_is_not_utf_8_is_refused() {
    let service = Service::start().await;
    // Field 1, two bytes that are no UTF-8.
    let message = [0x0a, 0x02, 0xc3, 0x28];
    for rpc in RPCS
        .iter()
        .filter(|rpc| rpc.path.contains("Recover") || rpc.path.ends_with("SignIn"))
    {
        let code = answered(&service.portal(), rpc, framed(&message)).await;
        assert_eq!(code, Code::InvalidArgument, "{}", rpc.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_of_one_mebibyte_is_refused_before_anything_is_hashed_or_counted() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let identifier = &claire.account.identifier;
    let huge = "é".repeat(512 * 1024);
    let refused = service.sign_in(identifier, &huge).await.refused();
    assert_eq!(refused.code, Code::InvalidArgument);
    let long = "é".repeat(257);
    for _ in 0..6 {
        let refused = service.sign_in(identifier, &long).await.refused();
        assert_eq!(refused.fields(), ["password: TOO_LONG"]);
    }
    service.sign_in_again(&claire).await;

    let portal = service.session(&claire.token);
    let refused = portal
        .change_password(&claire.password, &huge)
        .await
        .refused();
    assert_eq!(refused.code, Code::InvalidArgument);
    let refused = portal
        .change_password(&claire.password, &long)
        .await
        .refused();
    assert_eq!(refused.violations[0].field, "new_password");
    service.sign_in_again(&claire).await;
}
