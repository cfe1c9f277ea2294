//! Literal addresses, and how far each leads.

use super::*;

const TABLE: &[(Reach, &[&str])] = &[
    (
        Reach::Public,
        &[
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::200e",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "2001:200::1",
        ],
    ),
    (
        Reach::Private,
        &[
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "::1",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "64:ff9b:1::1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "::ffff:0:192.168.1.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b::127.0.0.1",
            "2002:a00:1::1",
            "2002:7f00:1::",
            "2002:c0a8:101::1",
            "2a00:1450::5efe:10.0.0.1",
            "2a00:1450::200:5efe:192.168.0.1",
        ],
    ),
    (
        Reach::Link,
        &[
            "169.254.169.254",
            "169.254.0.1",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "::ffff:169.254.169.254",
            "64:ff9b::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "::ffff:100.100.100.200",
        ],
    ),
    (
        Reach::Nobody,
        &[
            "0.0.0.0",
            "0.1.2.3",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::10.0.0.1",
            "::8.8.8.8",
            "ff02::1",
            "100::1",
            "2001::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "4000::1",
            "::ffff:0.0.0.0",
            "64:ff9b::224.0.0.1",
        ],
    ),
];

#[test]
fn x2_every_address_leads_where_the_registries_say() {
    for (expected, addresses) in TABLE {
        for text in *addresses {
            let address: IpAddr = text.parse().expect("an address");
            assert_eq!(reach(address), *expected, "{text}");
        }
    }
}

#[test]
fn x2_an_allowance_opens_what_is_private_and_metadata_only_by_its_literal() {
    let permits = [
        (Permit { private: false, literal: false }, [true, false, false, false]),
        (Permit { private: false, literal: true }, [true, false, false, false]),
        (Permit { private: true, literal: false }, [true, true, false, false]),
        (Permit { private: true, literal: true }, [true, true, true, false]),
    ];
    for (permit, expected) in permits {
        for ((reach, addresses), expected) in TABLE.iter().zip(expected) {
            for text in *addresses {
                let address = text.parse().expect("an address");
                assert_eq!(permit.allows(address), expected, "{permit:?} {reach:?} {text}");
            }
        }
    }
}
