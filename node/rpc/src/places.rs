//! How many of something there may be, in all and for one client address: connections, subscriptions. Nobody may take so many places
//! that others find none.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    by_ip: HashMap<IpAddr, usize>,
}

/// Counts what is taken.
#[derive(Debug, Clone)]
pub struct Places {
    all_max: usize,
    per_ip_max: usize,
    counts: Arc<Mutex<Counts>>,
}

/// One place that is taken; dropping it makes room.
#[derive(Debug)]
pub struct Place {
    ip: IpAddr,
    counts: Arc<Mutex<Counts>>,
}

impl Places {
    /// At most `all_max` places, and `per_ip_max` for one address.
    #[must_use]
    pub fn new(all_max: usize, per_ip_max: usize) -> Self {
        Self { all_max, per_ip_max, counts: Arc::default() }
    }

    /// A place for the client at `ip`, if there is room.
    #[must_use]
    pub fn enter(&self, ip: IpAddr) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let from_ip = counts.by_ip.get(&ip).copied().unwrap_or(0);
        if counts.all >= self.all_max || from_ip >= self.per_ip_max {
            return None;
        }
        counts.all += 1;
        counts.by_ip.insert(ip, from_ip + 1);
        Some(Place { ip, counts: Arc::clone(&self.counts) })
    }
}

impl Place {
    /// The address of the client.
    #[must_use]
    pub const fn ip(&self) -> IpAddr {
        self.ip
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all = counts.all.saturating_sub(1);
        match counts.by_ip.get_mut(&self.ip) {
            Some(count) if *count > 1 => *count -= 1,
            // The entry goes with its last place, or the map would remember every client for ever.
            _ => drop(counts.by_ip.remove(&self.ip)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn places_are_limited_in_all_and_per_address_and_come_back() {
        let places = Places::new(3, 2);
        let [a, b] = [[127, 0, 0, 1], [127, 0, 0, 2]].map(IpAddr::from);
        let first = places.enter(a).unwrap();
        let _second = places.enter(a).unwrap();
        assert!(places.enter(a).is_none(), "the address is full");
        let third = places.enter(b).unwrap();
        assert!(places.enter(b).is_none(), "everything is full");
        drop(first);
        let _fourth = places.enter(a).unwrap();
        drop(third);
        assert!(!places.counts.lock().unwrap().by_ip.contains_key(&b), "nobody is remembered for ever");
    }
}
