"""The demo company's clients and people: as many as promised, able to do the work between them."""

from collections import Counter
from zoneinfo import ZoneInfo

from portal.commands.demo.company import CLIENTS
from portal.commands.demo.people import AUDITORS, CLIENT_STAFF, CODERS, PEOPLE


def test_the_contracts_are_those_of_a_believable_company() -> None:
    lines = [line for client in CLIENTS for line in client.service_lines]

    assert sum(line.charts_a_month for line in lines) == 3700
    assert {line.key: str(line.rate) for line in lines} == {
        "radiology": "1.10",
        "ed_professional": "3.75",
        "ed_facility": "5.00",
        "office": "2.75",
        "orthopaedics": "12.50",
        "endoscopy": "9.00",
        "cardiology": "4.25",
    }
    audited = sum(
        client.sample_percent * line.charts_a_month / 100 for client in CLIENTS for line in client.service_lines
    )
    assert 0.09 < audited / 3700 < 0.11


def test_clients_are_told_apart_and_live_in_real_time_zones() -> None:
    assert len({client.code for client in CLIENTS}) == len({client.name for client in CLIENTS}) == 7
    assert all(len(client.code) == 3 and client.code.isupper() for client in CLIENTS)
    assert len({ZoneInfo(client.time_zone).key for client in CLIENTS}) == 6
    assert any(len(client.locations) == 2 for client in CLIENTS)


def test_the_staff_is_as_promised() -> None:
    kinds = Counter(person.kind for person in PEOPLE)

    assert kinds == {"coder": 8, "auditor": 2, "manager": 3, "compliance": 1, "administrator": 1, "client": 14}
    assert sum(person.country != "US" for person in CODERS) == 3
    assert Counter(person.client for person in CLIENT_STAFF) == {client.code: 2 for client in CLIENTS}


def test_everybody_signs_in_with_an_address_of_their_own_that_leads_nowhere() -> None:
    addresses = [person.email for person in PEOPLE]

    assert len(set(addresses)) == len(addresses)
    assert all(address.isascii() and address.endswith(".example") for address in addresses)


def test_two_coders_can_code_and_somebody_else_can_audit_every_client() -> None:
    for client in CLIENTS:
        specialty = client.service_lines[0].specialty
        coders = [person for person in CODERS if client.code in person.grants]
        auditors = [person for person in AUDITORS if client.code in person.grants]
        assert len(coders) >= 2
        assert auditors
        for person in (*coders, *auditors):
            assert specialty in {skill.specialty for skill in person.skills}


def test_client_staff_are_granted_nothing_beyond_their_own_client() -> None:
    assert all(person.grants == () and person.skills == () for person in CLIENT_STAFF)
