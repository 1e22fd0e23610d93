# Reads patients.csv and writes what R's survival says of every curve the seed report draws.
# Rscript curves.R patients.csv curves.csv
suppressMessages(library(survival))
given <- commandArgs(trailingOnly = TRUE)
all <- read.csv(given[1])
ticks <- 0:120
month <- 30.4375
number <- function(x) format(x, digits = 15, trim = TRUE, scientific = FALSE)
rows <- list()
add <- function(figure, group, kind, time, at_risk = NA, events = NA, censored = NA,
                value = NA, lower = NA, upper = NA, other = NA)
  rows[[length(rows) + 1]] <<- data.frame(
    figure, group, kind, time = number(time), at_risk, events, censored, value = number(value),
    lower = number(lower), upper = number(upper), other = number(other))

for (figure in c("km_pfs", "km_pfs_responders", "km_dor_responders", "km_os")) {
  what <- strsplit(figure, "_")[[1]][2]
  d <- all[!is.na(all[[paste0(what, "_days")]]), ]
  if (grepl("responders", figure)) d <- d[d$responder, ]
  groups <- c(sort(unique(d$stratum)), if (grepl("responders", figure)) "all")
  for (group in groups) {
    own <- if (group == "all") d else d[d$stratum == group, ]
    f <- survfit(Surv(own[[paste0(what, "_days")]], own[[paste0(what, "_event")]]) ~ 1,
                 conf.type = "log-log")
    add(figure, group, "step", f$time, f$n.risk, f$n.event, f$n.censor, f$surv, f$lower, f$upper)
    q <- quantile(f, 0.5)
    add(figure, group, "median", 0.5, value = q$quantile, lower = q$lower, upper = q$upper)
    add(figure, group, "at_risk", ticks, summary(f, times = ticks * month, extend = TRUE)$n.risk)
  }
}

d <- all[all$toxicity_known & !is.na(all$irae_days), ]
for (group in sort(unique(d$stratum))) {
  own <- d[d$stratum == group, ]
  f <- survfit(Surv(own$irae_days, factor(own$irae_cause, 0:3)) ~ 1, conf.type = "log-log")
  add("incidence_irae", group, "step", f$time, f$n.risk[, 1], rowSums(f$n.event[, -1]), NA,
      f$pstate[, 2], f$lower[, 2], f$upper[, 2], f$pstate[, 3] + f$pstate[, 4])
  add("incidence_irae", group, "at_risk", ticks,
      summary(f, times = ticks * month, extend = TRUE)$n.risk[, 1])
}
write.csv(do.call(rbind, rows), given[2], row.names = FALSE, quote = FALSE)
