"""Statements of one quantity in other words are set against each other; those of two quantities are not."""

import pytest

from rackmath.audit.conflicts import conflicts
from rackmath.audit.read import Matter, note_of

FILLER = """The committee met on a wet Tuesday and agreed on little. Tea was served at four.

Most of what follows rests on talks with the people who do the work. They were generous with their hours."""


def _found(*texts):
    notes = tuple(
        note_of(f"# Note {at}\n\n{text}\n\n{FILLER}", f"note{at}", f"note{at}.md") for at, text in enumerate(texts)
    )
    return conflicts(Matter("texts", notes))


SAME = [
    (
        "Lumen expects to spend $2.9 billion on capital equipment this year.",
        "Lumen's management has guided to capex of $3.4 billion for the year.",
    ),
    (
        "Lumen's largest tenant accounts for 71% of revenue, and its contract runs until 2030.",
        "One customer now makes up 77% of Lumen's revenue.",
    ),
    (
        "Lumen's servers are written off over six years.",
        "As the auditor's note says, the servers at Lumen are depreciated across five years.",
    ),
    (
        "The average request to Meridian carries 11,000 input tokens.",
        "A typical call to Meridian has 6,500 tokens of prompt.",
    ),
    (
        "For Port Ewan the brochure gives a PUE of 1.19 over 2024.",
        "By the meters of Port Ewan its PUE for 2024 was 1.31.",
    ),
    (
        "Tarn General has emergency waits of 3.1 hours on average.",
        "At Tarn General the mean wait in emergency was two and a half hours.",
    ),
    (
        "The Harwick brewery draws 1.9 MW on average through the year.",
        "Averaged over twelve months, electrical load at the Harwick brewery was 2.6 MW.",
    ),
    (
        "A place at Tarn nursery costs £1,140 a month.",
        "Parents told us that Tarn nursery charges £1,310 per month for a place.",
    ),
    (
        "The ferry to Skarsund carried 412,000 passengers in 2025.",
        "In 2025 ridership on the Skarsund ferry came to 365,000 passengers.",
    ),
    (
        "Milk goes from udder to tank in 14 minutes at the Oakham parlour.",
        "The Oakham parlour needs 21 minutes from udder to tank.",
    ),
    (
        "The Ashby depot has 212 drivers on its books.",
        "Drivers at the Ashby depot number 187; 187 drivers signed the rota in the spring.",
    ),
    (
        "Kettle & Rowe sells its Brightbox router at €89.",
        "List price of the Brightbox router at Kettle & Rowe: €104.",
    ),
    (
        "In the Merrow valley 38 % of farms keep sheep.",
        "The census puts it otherwise: sheep are kept by 52 % of farms in the Merrow valley.",
    ),
    (
        "The Penhale quarry uses 3.1 litres of diesel per tonne of stone.",
        "For each tonne of stone the Penhale quarry burns 4.4 litres of diesel.",
    ),
    (
        "Borel-7 serves 2,900 tokens per second on one node.",
        "On one node Borel-7 has a throughput of 2,150 tokens a second.",
    ),
    (
        "Loan desk fines at Upton library brought in £41,000 last year.",
        "Last year Upton library took £56,000 in loan desk fines.",
    ),
    (
        "Kiln firing at Stoke Lacy takes 31 hours. It is done twice a week.",
        "A firing of the Stoke Lacy kiln lasts 44 hours.",
    ),
    (
        "At the Dorn reservoir 18 % of the water was lost to leaks in 2024.",
        "Leaks took 27 % of the water of the Dorn reservoir in 2024.",
    ),
]


MORE_SAME = [
    (
        "Staff turnover at Corran Hospital ran to 14 % in 2025.",
        "In 2025 Corran Hospital lost 21 % of its staff.",
    ),
    (
        "Heating the Dell Street pool costs £212,000 a year.",
        "The council's ledger has the annual heating bill of the Dell Street pool at £268,000.",
    ),
    (
        "The wait for a hip operation at Corran is 26 weeks.",
        "Patients at Corran wait 34 weeks for a new hip.",
    ),
    (
        "Marlow Dairy pays its farmers 38p a litre.",
        "A litre of milk earns a farmer 43p at Marlow Dairy.",
    ),
    (
        "Our warehouse at Dunmore ships 3,100 parcels a day with 44 pickers.",
        "The Dunmore warehouse employs 61 pickers.",
    ),
    (
        "The H200 rents for $3.35 an hour on demand at Nimbus.",
        "Nimbus lists an on-demand H200 at $2.90 per hour.",
    ),
    (
        "The lake at Birk holds 2.4 million cubic metres.",
        "At Birk the volume of the lake is 3.1 million cubic metres.",
    ),
    (
        "PUE at the Kista hall was 1.21 last winter.",
        "The Kista hall reports a PUE of 1.34 last winter.",
    ),
    (
        "The grant covers 40 % of the cost of a heat pump in Fife.",
        "In Fife the subsidy for a heat pump is 25 % of its cost.",
    ),
    (
        "Time to first token on Vega-3 is 310 ms at the median.",
        "Vega-3 shows a median time to first token of 450 ms.",
    ),
    (
        "Kelso school has 640 pupils on the roll.",
        "There are 702 students at Kelso school.",
    ),
    (
        "The Aire line lost 11 trains to faults in March.",
        "In March 19 trains were cancelled on the Aire line because of faults.",
    ),
    (
        "Renting the K8 node costs us $18.40 an hour.",
        "Our invoice for the K8 node comes to $21.10 an hour.",
    ),
    (
        "The Orme tunnel took 31 months to dig.",
        "Digging lasted 44 months, the engineer of the Orme tunnel writes.",
    ),
    (
        "Ridership on the Holt tram reached 9.1 million in 2025.",
        "The Holt tram carried 7.8 million people in 2025, the city says.",
    ),
    (
        "One technician looks after 240 turbines at Skerry.",
        "At Skerry each technician has 310 turbines to look after.",
    ),
    (
        "A month in the Elm Court care home is billed at £4,900.",
        "Residents of the Elm Court care home pay £5,600 a month.",
    ),
    (
        "Corvus cloud charges $0.09 for each gigabyte that leaves it.",
        "Egress from Corvus cloud is priced at $0.12 per gigabyte.",
    ),
    (
        "Losses on the Fenby grid run to 7 % of what is fed in.",
        "Of what is fed into the Fenby grid 11 % is lost.",
    ),
    (
        "The Hale data centre uses 1.4 litres of water per kWh.",
        "Water use at the Hale data centre is 2.2 litres per kWh.",
    ),
    (
        "Bristow has planted 6,200 trees since 2020.",
        "Since 2020 some 4,100 trees have been planted in Bristow.",
    ),
    (
        "Its fleet of 84 vans covers 2.3 million km a year, says Dart Couriers.",
        "Dart Couriers runs 112 vans.",
    ),
    (
        "Two in three of the nurses at Corran, 66 %, work nights.",
        "At Corran 48 % of nurses work nights.",
    ),
]


@pytest.mark.parametrize(("first", "second"), [*SAME, *MORE_SAME])
def test_one_quantity_in_other_words_is_a_conflict(first, second):
    found = _found(first, second)
    assert len(found) == 1
    assert {each.note for each in found[0].statements} == {"Note 0", "Note 1"}
    assert 0.4 <= found[0].confidence <= 0.9
    assert found[0].quantity


OTHER = {
    "contracted and metered": (
        "The Harwick brewery contracted 3.0 MW from the grid.",
        "The meters at the Harwick brewery averaged 1.9 MW.",
    ),
    "another place": (
        "The ferry to Skarsund carried 412,000 passengers in 2025.",
        "The ferry to Holmvik carried 365,000 passengers in 2025.",
    ),
    "another year": (
        "The ferry to Skarsund carried 412,000 passengers in 2024.",
        "The ferry to Skarsund carried 365,000 passengers in 2025.",
    ),
    "another month": (
        "A spot hour at Borel cost $2.10 in March.",
        "A spot hour at Borel cost $1.40 in October.",
    ),
    "median and percentile": (
        "A call to Upton ambulance is answered in 9 minutes at the median.",
        "The ninetieth percentile of calls to Upton ambulance is answered in 21 minutes.",
    ),
    "input and output": (
        "Borel-7 charges $1.20 per million input tokens.",
        "Borel-7 charges $4.80 per million output tokens.",
    ),
    "a variant": (
        "Borel-7 charges $1.20 per million input tokens.",
        "Borel-7 Mini charges $0.30 per million input tokens.",
    ),
    "reserved and spot": (
        "A reserved hour of the K40 at Borel costs $1.10.",
        "A spot hour of the K40 at Borel costs $0.60.",
    ),
    "target and fact": (
        "The target for a call to the Upton desk is 12 minutes.",
        "A call to the Upton desk takes 19 minutes.",
    ),
    "supposed": (
        "If the Ashby depot closed on Sundays, it would need 150 drivers.",
        "The Ashby depot has 212 drivers on its books.",
    ),
    "a change and a level": (
        "Fines at Upton library rose by £9,000.",
        "Fines at Upton library brought in £41,000.",
    ),
    "a rest and a whole": (
        "Over the whole network the Dorn company lost 11 % of its water.",
        "On the Tarn branch the Dorn company lost 19 % of its water.",
    ),
    "shares of two things": (
        "Of the farms in the Merrow valley 38 % of the tenants keep sheep.",
        "In the Merrow valley 52 % of the pasture is let to sheep farms.",
    ),
    "cost and debt": (
        "It costs Fell Fibre £610 to pass a home.",
        "Fell Fibre owes £940 of debt for each home that it passes.",
    ),
    "two auctions": (
        "The Norland auction sold 320 MHz of spectrum.",
        "The Sudland auction sold 190 MHz of spectrum.",
    ),
    "two terms": (
        "The Tarn loan runs for four years at a fixed rate.",
        "The Dorn loan runs for three years at a fixed rate.",
    ),
    "hedged": ("Over 400 people work at the Penhale quarry.", "The Penhale quarry has 460 people at work."),
    "rounded": ("The Penhale quarry has about 450 workers.", "The Penhale quarry has 462 workers."),
    "two sizes": ("A forty-foot box to Holmvik costs $900.", "A twenty-foot box to Holmvik costs $520."),
    "before and after": (
        "Before the works a firing of the Stoke Lacy kiln took 44 hours.",
        "After the works a firing of the Stoke Lacy kiln took 31 hours.",
    ),
    "one firm's saving and another's": (
        "Hallam cut its card fees by 6 basis points.",
        "Its reference customer Pryce saved 11 basis points on card fees.",
    ),
    "gross and net": ("Gross margin at Kettle & Rowe is 41 %.", "Net margin at Kettle & Rowe is 9 %."),
    "what was and what is": (
        "A place at Tarn nursery had cost £900 a month.",
        "A place at Tarn nursery costs £1,140 a month.",
    ),
    "other currencies": ("A Brightbox router costs €89.", "A Brightbox router costs $104."),
    "two kinds": ("Quay cranes at Velden make 29 moves an hour.", "Barge cranes at Velden make 14 moves an hour."),
}


MORE_OTHER = [
    (
        "Agency staff at Tarn General cost £19 million.",
        "Tarn General paid £19 million for agency workers. Delayed discharges cost an estimated £9 million.",
    ),
    (
        "The deficit of Tarn General stands at £31 million.",
        "Tarn General overspent by £24 million in 2025. It paid £19 million for agency workers.",
    ),
    ("Three libraries agree to the last digit.", "Two libraries agree within a hair."),
    (
        "A single ticket to Skarsund costs €42.",
        "Skarsund paid €96 for a barrel of diesel.",
    ),
    (
        "Staff turnover at Corran Hospital ran to 14 % in 2025.",
        "Sickness absence at Corran Hospital was 6 % in 2025.",
    ),
    (
        "Heating the Dell Street pool costs £212,000 a year.",
        "Lighting the Dell Street pool costs £68,000 a year.",
    ),
    (
        "The Kista hall has a floor of 4,200 square metres.",
        "The Kista hall leases 2,900 square metres to a bank.",
    ),
    (
        "Kelso school has 640 pupils on the roll.",
        "Kelso school took in 128 pupils in September.",
    ),
    (
        "Vega-3 needs 48 GB of memory at 8 bits.",
        "Vega-3 needs 96 GB of memory at 16 bits.",
    ),
    (
        "The lake at Birk holds 2.4 million cubic metres.",
        "The lake at Birk loses 0.9 million cubic metres a year.",
    ),
    (
        "A single ticket from Ostby to Lund is €25.",
        "A return ticket from Ostby to Lund is €46.",
    ),
    (
        "The Aire line carried 3.1 million passengers in 2023.",
        "The Aire line carried 3.6 million passengers in 2025.",
    ),
    (
        "Marlow Dairy buys milk at 38p a litre.",
        "Marlow Dairy sells milk at 95p a litre.",
    ),
    (
        "The Dunmore warehouse employs 61 pickers.",
        "The Dunmore warehouse employs 23 drivers.",
    ),
    (
        "Nimbus lists an on-demand H200 at $2.90 per hour.",
        "Nimbus lists an on-demand H100 at $2.10 per hour.",
    ),
    (
        "The pump at Ridley draws 90 kW at full flow.",
        "The pump at Ridley draws 35 kW at half flow.",
    ),
    (
        "Of the budget of Fife council, 31 % goes to schools.",
        "Of the budget of Fife council, 12 % goes to roads.",
    ),
    (
        "The wait for a hip operation at Corran is 26 weeks.",
        "The wait for a scan at Corran is 9 weeks.",
    ),
    (
        "Renting the K8 node costs us $18.40 an hour.",
        "Running the K8 node costs $6.20 an hour in power.",
    ),
    (
        "In Fife 62 % of homes have gas.",
        "In Fife 18 % of homes have heat pumps.",
    ),
    (
        "The Lund bakery spent €84,000 on flour in the first quarter.",
        "The Lund bakery spent €97,000 on flour in the second quarter.",
    ),
    (
        "A nurse at Corran earns £34,000.",
        "A doctor at Corran earns £71,000.",
    ),
    (
        "The Orme tunnel took 31 months to dig.",
        "The Orme tunnel stayed shut for 14 months after the flood.",
    ),
    (
        "Corvus cloud charges $0.09 for each gigabyte that leaves it.",
        "Storage in Corvus cloud is priced at $0.02 per gigabyte and month.",
    ),
    (
        "Average rent in Norwood is £1,150 a month.",
        "A mortgage in Norwood costs £1,600 a month.",
    ),
    (
        "The Hale data centre uses 1.4 litres of water per kWh.",
        "Across all sites the owner of the Hale data centre reports 0.6 litres per kWh.",
    ),
    (
        "Bristow has planted 6,200 trees since 2020.",
        "In the storm of 2022 Bristow lost 2,900 trees.",
    ),
    (
        "Dart Couriers runs 112 vans.",
        "Dart Couriers has ordered 40 electric vans.",
    ),
    (
        "Turnover at Kettle & Rowe was £31 million.",
        "Kettle & Rowe owes the bank £12 million.",
    ),
    (
        "The Tamar press prints 18,000 copies an hour.",
        "The Tamar press printed 41,000 copies of the Sunday issue.",
    ),
    (
        "The reactor at Lowen reached 92 % availability in 2024.",
        "In 2024 the reactor at Lowen supplied 38 % of the heat of the town.",
    ),
    (
        "Elm Court care home has 62 beds.",
        "Elm Court care home employs 71 carers for 62 beds.",
    ),
    (
        "Vega-3 was trained on 9 trillion tokens in 41 days.",
        "Fine-tuning Vega-3 took 12 days on 16 nodes.",
    ),
    (
        "Prefill on the K8 node runs at 21,000 tokens a second.",
        "The K8 node decodes 6,300 tokens a second.",
    ),
    (
        "The Holt tram cost £310 million to build.",
        "Extending the Holt tram to Marsh End will cost £140 million.",
    ),
    (
        "Some 35 % of fares on the Holt tram are paid by phone.",
        "Fares cover 52 % of the cost of the Holt tram.",
    ),
    (
        "The Skerry wind farm has 48 turbines of 6 MW.",
        "The Skerry wind farm yields 110 MW on average.",
    ),
]


@pytest.mark.parametrize(("first", "second"), MORE_OTHER)
def test_two_things_of_one_owner_are_no_conflict(first, second):
    assert not [each.explanation for each in _found(first, second)]


@pytest.mark.parametrize("case", OTHER)
def test_two_quantities_are_no_conflict(case):
    assert not [each.explanation for each in _found(*OTHER[case])]
