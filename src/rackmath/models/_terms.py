"""Inputs that several models share, declared once: one name, one unit, one default."""

from __future__ import annotations

from typing import Annotated

from rackmath.kernel import Choice, Param, Real, Series

GpuHourPrice = Annotated[
    Real,
    Param(
        "USD/GPU_hour",
        evidence="h100-sxm/rental-price?term=on-demand",
        minimum=0,
        maximum=1000,
        help="price of one GPU for one hour",
    ),
]
ElectricityPrice = Annotated[
    Real,
    Param(
        "USD/kWh_facility",
        evidence="electricity/us-industrial-price",
        minimum=0,
        maximum=10,
        help="price of a kilowatt-hour at the facility's meter",
    ),
]
Pue = Annotated[
    Real,
    Param(
        "W_facility/W_server",
        evidence="datacenter/pue",
        minimum=1,
        maximum=5,
        help="facility energy for each unit of IT energy, over a year (PUE)",
    ),
]
HoursPerMonth = Annotated[
    Real,
    Param(
        "hour/month",
        assumption="730",
        because="a twelfth of 8,760 hours; some bills use 720",
        minimum=600,
        maximum=744,
        help="hours that a month is counted with",
    ),
]
TokensPerMonth = Annotated[
    Real,
    Param(
        "token/month",
        evidence="chat-workload/tokens-per-month",
        minimum=0,
        maximum=1e18,
        help="tokens served in a month, input and output together",
    ),
]
InputShare = Annotated[
    Real,
    Param(
        "",
        evidence="chat-workload/input-share",
        minimum=0,
        maximum=1,
        help="share of all tokens that are input (prompt) tokens",
    ),
]
CostOfCapital = Annotated[
    Real,
    Param(
        "1/year",
        evidence="finance/cost-of-capital",
        minimum=0,
        maximum=1,
        help="what money tied up in hardware must earn in a year",
    ),
]

# time

HoursPerYear = Annotated[
    Real,
    Param(
        "hour/year",
        assumption="8760",
        because="365 days; a leap year has 8,784, and a term's bill counts every one of them",
        minimum=8760,
        maximum=8784,
        help="hours that a year is counted with",
    ),
]

# what is paid for and what works

LoadedHoursShare = Annotated[
    Real,
    Param(
        "",
        evidence="gpu-fleet/loaded-hours-share",
        minimum=1e-4,
        maximum=1,
        help="share of paid GPU-hours in which the GPU is loaded enough to serve at its saturated throughput",
    ),
]
OutputThroughput = Annotated[
    Real,
    Param(
        "token/s/GPU",
        evidence="llama-70b-on-h100/output-throughput",
        minimum=0.01,
        maximum=1e6,
        help="output tokens a second and GPU (a replica's rate divided by its GPUs)",
    ),
]
TotalThroughput = Annotated[
    Real,
    Param(
        "token/s/GPU",
        evidence="llama-70b-on-h100/total-throughput",
        minimum=0.01,
        maximum=1e7,
        help="input and output tokens a second and GPU together (a replica's rate divided by its GPUs)",
    ),
]

# power

MeanLoadOfNameplate = Annotated[
    Real,
    Param(
        "",
        evidence="gpu-server/mean-load-of-nameplate",
        minimum=0,
        maximum=1,
        help="mean power drawn, as a share of the nameplate power",
    ),
]

# prices of an API

ApiInputPrice = Annotated[
    Real,
    Param(
        "USD/Mtok",
        evidence="open-70b/input-price",
        minimum=0,
        maximum=1e5,
        help="list price of a million fresh input (prompt) tokens",
    ),
]
ApiOutputPrice = Annotated[
    Real,
    Param(
        "USD/Mtok",
        evidence="open-70b/output-price",
        minimum=0,
        maximum=1e5,
        help="list price of a million output tokens, hidden reasoning tokens included",
    ),
]
CacheableShare = Annotated[
    Real,
    Param(
        "",
        evidence="chat-workload/cacheable-share",
        minimum=0,
        maximum=1,
        help="share of input tokens that lie in a repeated prefix and so could come from the cache",
    ),
]
CacheHitRate = Annotated[
    Real,
    Param(
        "",
        evidence="chat-workload/cache-hit-rate",
        minimum=0,
        maximum=1,
        help="share of the cacheable input tokens that the cache does serve (n reads a write are a rate of n/(n+1))",
    ),
]
CacheDiscount = Annotated[
    Real,
    Param(
        "",
        evidence="api/cache-discount",
        minimum=0,
        maximum=1,
        help="what a cached input token costs less than a fresh one (1 - cached price / input price)",
    ),
]
CacheWritePremium = Annotated[
    Real,
    Param(
        "",
        evidence="api/cache-write-premium",
        minimum=0,
        maximum=10,
        help=(
            "what a token written to the cache costs on top of a fresh one; depends on how long it is kept. Where "
            "keeping is charged by the hour: hours kept × storage price / input price"
        ),
    ),
]
BatchShare = Annotated[
    Real,
    Param(
        "",
        evidence="chat-workload/batch-share",
        minimum=0,
        maximum=1,
        help="share of the tokens that can wait for the batch queue",
    ),
]
BatchDiscount = Annotated[
    Real,
    Param(
        "",
        evidence="api/batch-discount",
        minimum=0,
        maximum=1,
        help="what a token costs less when it is sent through the batch queue",
    ),
]
BatchAndCache = Annotated[
    str,
    Choice(
        "multiply",
        "better-one",
        "batch-uncached",
        assumption="multiply",
        because="vendors that list a cached price for batch requests give both discounts; others give only one",
        help=(
            "cached tokens in a batch get both discounts (multiply), the larger one (better-one), "
            "or the batch is not cached at all (batch-uncached)"
        ),
    ),
]

# what owning servers costs

ServerPrice = Annotated[
    Real,
    Param(
        "USD/server",
        evidence="h100-8gpu-server/purchase-price",
        minimum=0,
        maximum=1e8,
        help="purchase price of a server with its GPUs",
    ),
]
GpusPerServer = Annotated[
    Real,
    Param(
        "GPU/server",
        evidence="h100-8gpu-server/gpus",
        minimum=1,
        maximum=1024,
        help="GPUs in a server",
    ),
]
CloudServerHourPrice = Annotated[
    Real,
    Param(
        "USD/server_hour",
        evidence="cloud-gpu-server/on-demand-price",
        minimum=0,
        maximum=1e5,
        help="price of renting a whole comparable server for one hour",
    ),
]
UsefulLife = Annotated[
    Real,
    Param(
        "year",
        evidence="gpu-server/useful-life",
        minimum=0.5,
        maximum=15,
        help="years from purchase until the server is sold or replaced",
    ),
]
ResidualShare = Annotated[
    Real,
    Param(
        "",
        evidence="gpu-server/residual-share",
        minimum=0,
        maximum=1,
        help="what the market pays for the server at the end of its life, as a share of its purchase price",
    ),
]
ResaleCostShare = Annotated[
    Real,
    Param(
        "",
        evidence="gpu-server/resale-cost-share",
        minimum=0,
        maximum=1,
        help="share of the resale price that selling costs (broker, wiping, freight)",
    ),
]
NetworkCostShare = Annotated[
    Real,
    Param(
        "",
        evidence="gpu-cluster/network-cost-share",
        minimum=0,
        maximum=5,
        help="purchase price of network and storage, as a share of the servers' price",
    ),
]
MaintenanceShare = Annotated[
    Real,
    Param(
        "1/year",
        evidence="gpu-server/maintenance-share",
        minimum=0,
        maximum=1,
        help="support contract and parts for a year, as a share of the purchase price",
    ),
]
ChipPower = Annotated[
    Real,
    Param(
        "W_chip/GPU",
        evidence="h100-sxm/chip-power",
        minimum=0,
        maximum=1e4,
        help="rated power of one accelerator chip",
    ),
]
OverheadPower = Annotated[
    Real,
    Param(
        "W_server/GPU",
        evidence="h100-8gpu-server/overhead-power-per-gpu",
        minimum=0,
        maximum=1e4,
        help="rated power of the rest of the server (CPUs, fans, NICs, losses) for each GPU",
    ),
]
NetworkPower = Annotated[
    Real,
    Param(
        "W_server/GPU",
        evidence="gpu-cluster/network-and-storage-power-per-gpu",
        minimum=0,
        maximum=1e4,
        help="power of switches and storage for each GPU",
    ),
]
ColocationPrice = Annotated[
    Real,
    Param(
        "USD/kW_server/month",
        evidence="colocation/price",
        minimum=0,
        maximum=1e4,
        help="monthly rent of data-centre space for each kW of rated IT power, electricity apart",
    ),
]
GpuFailureRate = Annotated[
    Real,
    Param(
        "1/year",
        evidence="h100-sxm/failure-rate",
        minimum=0,
        maximum=5,
        help="share of GPUs that fail in a year",
    ),
]
RepairTime = Annotated[
    Real,
    Param(
        "day",
        evidence="gpu-server/repair-time",
        minimum=0,
        maximum=365,
        help="days that a server is out when one of its GPUs has failed",
    ),
]

# who runs it

LoadedSalary = Annotated[
    Real,
    Param(
        "USD/FTE/year",
        evidence="staff/loaded-salary",
        minimum=0,
        maximum=1e7,
        help="yearly cost of one full-time engineer, with benefits and overhead",
    ),
]
StaffNeed = Annotated[
    Real,
    Param(
        "FTE",
        evidence="self-hosting/staff-need",
        minimum=0,
        maximum=1e4,
        help="engineers who keep the model service itself running, on whatever hardware",
    ),
]
MonitoringFte = Annotated[
    Real,
    Param(
        "FTE",
        evidence="staff/monitoring-fte-per-100-servers",
        minimum=0,
        maximum=100,
        help="engineers who watch 100 servers and answer incidents",
    ),
]
PatchingFte = Annotated[
    Real,
    Param(
        "FTE",
        evidence="staff/patching-fte-per-100-servers",
        minimum=0,
        maximum=100,
        help="engineers who patch and update 100 servers",
    ),
]
RefreshFte = Annotated[
    Real,
    Param(
        "FTE",
        evidence="staff/refresh-fte",
        minimum=0,
        maximum=100,
        help="engineers busy for a year with planning and buying a new generation, once each useful life",
    ),
]
DeployHoursPerRack = Annotated[
    Real,
    Param(
        "hour/rack",
        evidence="staff/deploy-hours-per-rack",
        minimum=0,
        maximum=1e5,
        help="technician hours to install and configure a rack, once each useful life",
    ),
]
ServersPerRack = Annotated[
    Real,
    Param(
        "server/rack",
        evidence="gpu-rack/servers",
        minimum=1,
        maximum=100,
        help="GPU servers in a rack",
    ),
]
TechnicianHourPrice = Annotated[
    Real,
    Param(
        "USD/hour",
        evidence="staff/technician-hour-price",
        minimum=0,
        maximum=1e4,
        help="price of a technician's hour",
    ),
]
Staffing = Annotated[
    str,
    Choice(
        "shared",
        "whole",
        assumption="shared",
        because="most teams give part of their time; 'whole' counts people hired for this alone, at least one",
        help="whether engineers are counted in parts of their time or as whole people",
    ),
]

# what a service must carry, and on what

PeakToMean = Annotated[
    Real,
    Param(
        "",
        evidence="chat-workload/peak-to-mean",
        minimum=1,
        maximum=50,
        help="demand in a peak hour over mean demand",
    ),
]
ThroughputInputShare = Annotated[
    Real,
    Param(
        "",
        evidence="llama-70b-on-h100/throughput-input-share",
        minimum=0,
        maximum=1,
        help="share of input tokens in the load that the throughput was measured with",
    ),
]
AllowedLoadShare = Annotated[
    Real,
    Param(
        "",
        evidence="llm-serving/allowed-load-share",
        minimum=0.05,
        maximum=1,
        help="how near to saturation a GPU may run in a peak hour while latency holds",
    ),
]
GpusPerReplica = Annotated[
    Real,
    Param(
        "GPU/replica",
        evidence="llama-70b-on-h100/gpus-per-replica",
        minimum=1,
        maximum=1024,
        help="GPUs that hold one copy of the model",
    ),
]
MinimumReplicas = Annotated[
    Real,
    Param(
        "replica",
        assumption="1",
        because="one copy must run for there to be a service; two survive a failure",
        minimum=1,
        maximum=1e4,
        help="copies of the model that run however small the demand",
    ),
]
PeakHoursShare = Annotated[
    Real,
    Param(
        "",
        assumption="0.01",
        because="the peak of a peak-to-mean ratio is read as the 99th percentile of hourly demand",
        minimum=1e-4,
        maximum=0.4,
        help="share of the hours in which demand is above the peak",
    ),
]
DemandForm = Annotated[
    str,
    Choice(
        "lognormal",
        "hourly",
        assumption="lognormal",
        because="often only a peak-to-mean ratio is known; 'hourly' takes the hours of hourly_demand as they are",
        help="where the spread of demand over the hours comes from",
    ),
]
HourlyDemand = Annotated[
    Real,
    Series(
        "",
        axis="hour",
        assumption="1",
        because="even demand; give demand of typical hours in any unit to use its shape (its mean is scaled away)",
        minimum=0,
        maximum=1e15,
        help="demand hour by hour, in any unit: only its shape counts",
    ),
]
ApiPrice = Annotated[
    Real,
    Param(
        "USD/Mtok",
        evidence="open-70b/blended-price",
        minimum=0,
        maximum=1e5,
        help="what a million tokens of this workload's mix costs at the API; `tokens.effective_api_price` computes it",
    ),
]

# commitments to a cloud

OnDemandHourPrice = Annotated[
    Real,
    Param(
        "USD/hour",
        evidence="m5-xlarge/on-demand-price",
        minimum=1e-6,
        maximum=1e5,
        help="price of an hour of the instance without a commitment",
    ),
]
CommitmentTerm = Annotated[
    Real,
    Param(
        "year",
        assumption="1 year",
        because="the shortest of the terms that clouds sell; the others are three and five years",
        minimum=1 / 12,
        maximum=10,
        help="length of the commitment",
    ),
]
OutputTokenTimeRatio = Annotated[
    Real,
    Param(
        "",
        evidence="llama-70b-on-h100/output-token-time-ratio",
        minimum=0.5,
        maximum=100,
        help="time that a saturated GPU spends on an output token, over that on an input token",
    ),
]
CommitmentDiscount = Annotated[
    Real,
    Param(
        "",
        evidence="commitment/discount?term=1y",
        minimum=0,
        maximum=1,
        help="what a committed hour costs less than one on demand (1 - committed price / on-demand price)",
    ),
]
UsedShareOfCommittedHours = Annotated[
    Real,
    Param(
        "",
        evidence="commitment/used-share-of-committed-hours",
        minimum=1e-4,
        maximum=1,
        help="share of the hours committed to in which something runs (the commitment's utilisation, not coverage)",
    ),
]

# what surrounds compute on a cloud's bill

EgressPrice = Annotated[
    Real,
    Param(
        "USD/GB",
        evidence="aws-egress/egress-price",
        minimum=0,
        maximum=100,
        help="price of a gigabyte that leaves the cloud; `commitments.egress_bill` computes it by tier",
    ),
]
StoragePrice = Annotated[
    Real,
    Param(
        "USD/GB/month",
        evidence="aws-ec2/block-storage-price",
        minimum=0,
        maximum=100,
        help="price of keeping a gigabyte on disk for a month",
    ),
]

# own capacity beside an API

OutageHours = Annotated[
    Real,
    Param(
        "hour/month",
        evidence="self-hosting/outage-hours",
        minimum=0,
        maximum=300,
        help="hours a month in which own capacity is down and the API takes everything it may",
    ),
]
ReplicasPerStep = Annotated[
    Real,
    Param(
        "replica",
        assumption="1 replica",
        because="rented capacity grows by a replica; owned capacity by what a server holds",
        minimum=1,
        maximum=1024,
        help="replicas that capacity grows by at once",
    ),
]

# prices that move

RentalPriceDecline = Annotated[
    Real,
    Param(
        "1/year",
        evidence="h100-sxm/rental-price-decline",
        minimum=-2,
        maximum=2,
        help="rate of fall of the rental price: ln(last year's price / this year's), negative if it rises",
    ),
]
ReplacementPriceShare = Annotated[
    Real,
    Param(
        "",
        evidence="gpu-server/replacement-price-share",
        minimum=0,
        maximum=10,
        help="price of the server's successor that does the same work, as a share of the first price",
    ),
]
