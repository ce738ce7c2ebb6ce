//! `emit`: records an event of this contract in the receipt; undone with the frame.

use super::{Host, within};
use crate::frame::Stop;
use crate::gas;
use crate::reject::Trap;
use tacit_abi::OK;
use tacit_types::{Bytes, Event, List};

pub(crate) fn run(host: &mut Host<'_>, topics: i32, topic_count: i32, data: i32, data_len: i32) -> Result<i32, Stop> {
    host.must_not_be_static()?;
    within(topic_count, tacit_abi::EVENT_TOPICS_MAX)?;
    within(data_len, tacit_abi::EVENT_DATA_BYTES_MAX)?;
    let topics_len = topic_count.saturating_mul(tacit_abi::TOPIC_BYTES.cast_signed());
    let bytes = u64::from(topics_len.cast_unsigned()).saturating_add(u64::from(data_len.cast_unsigned()));
    host.charge(gas::EVENT.saturating_add(gas::EVENT_BYTE.saturating_mul(bytes)))?;
    let topics = host.bytes(topics, topics_len)?.as_chunks::<32>().0.to_vec();
    let data = host.bytes(data, data_len)?.to_vec();
    // Both lengths were checked against the same limits above.
    let topics = List::new(topics).map_err(|_| Stop::Trap(Trap::HostLimit))?;
    let data = Bytes::new(data).map_err(|_| Stop::Trap(Trap::HostLimit))?;

    let contract = host.frame.contract;
    let scope = host.frame.loan.scope();
    scope.count_event(bytes)?;
    scope.world.emit(Event::Contract { contract, topics, data });
    Ok(OK)
}
