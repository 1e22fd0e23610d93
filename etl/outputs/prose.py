"""The sentences of the report that are the same for every study.

Belongs here: prose. Does not belong here: numbers, or words that depend on a study.
"""

GUARANTEE_TIME = (
    "Responders are known to be responders only after the rechallenge began, so they could not "
    "have progressed before their response: their progression-free survival is long by "
    "construction (guarantee time) and must not be compared with that of other patients. The "
    "duration of response below starts at the first response and is free of this."
)

DERIVATION = (
    "Lines of therapy, responses, progression and times are derived from the registered records "
    "by fixed rules; the parameters stand below. Objective response is a best overall response "
    "of complete or partial response. A patient is evaluable with at least one assessment other "
    "than not evaluable."
)

STATISTICS = (
    "Proportions carry exact Clopper-Pearson intervals. Times are estimated by Kaplan-Meier "
    "with pointwise log(-log) intervals; a median is the first time at which the curve, "
    "computed as an exact product, is at or below one half, and its limits are where the bands "
    "are. Follow-up is the median of the reverse Kaplan-Meier estimate. A month is 30.4375 "
    "days."
)

CAUTION = (
    "Groups were not randomised: no p-value and no hazard ratio between them is given. Patients "
    "had to live and stay fit until rechallenge, so nothing here compares rechallenged patients "
    "with others."
)

EDITIONS = (
    "Every estimate is given in two editions. As registered, all values count as the registry "
    "holds them. Quality filtered, a value that rests on a record with a finding of severity error "
    "leaves its evaluable set; no row is dropped and no value is changed."
)

PAIRED = (
    "Two responses of one patient are discordant when one is a complete or partial response and "
    "the other is not, over patients evaluable for both. Beside the share of discordant pairs "
    "stand the share to expect if the two were independent, the response to the rechallenge in "
    "initial responders and in others, and the exact (binomial) McNemar test of the discordant "
    "pairs."
)

MISSING = (
    "Nothing is imputed. A patient who is not evaluable for an endpoint is out of its evaluable "
    "set and is counted; response is also given over all patients, where those who are not "
    "evaluable count as no responders."
)

CHECKLIST = (
    "Items marked as the authors' cannot be answered from a registry's records; what is left to "
    "write is said. Nothing in this table was written by a person."
)

IMMORTAL_TIME = (
    "Counted from the initial treatment: patients had to live until the rechallenge to be in the "
    "study (immortal time), so the curve cannot fall before it and lies too high."
)

DELAYED_ENTRY = (
    "Beside it, each patient is at risk only from the day of the rechallenge on (delayed entry): "
    "the same clock without the time in which nobody could have died. Early in the curve few are "
    "at risk, and the estimate is unsteady there."
)

INCIDENCE = (
    "The cumulative incidence (Aalen-Johansen) takes the next line and death as competing events; "
    "the proportion above counts events without regard to how long patients were watched."
)

NO_PATIENT = "No patient meets the definition of this study, so there is nothing to show here."
