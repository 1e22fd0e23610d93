# Progression-free survival of the rechallenge, with haven and survival.
#   Rscript examples/survival.R [HOME]
library(haven)
library(survival)

arguments <- commandArgs(trailingOnly = TRUE)
home <- if (length(arguments)) arguments[1] else "var"
pairs <- read_sav(file.path(home, "published/current/sav/marts.rechallenges.sav"))
pairs <- subset(as.data.frame(pairs), study == "van-dijk-2025" & !is.na(pfs_days))
pairs$months <- pairs$pfs_days / 30.4375

fit <- survfit(Surv(months, pfs_event == 1) ~ 1, data = pairs, conf.type = "log-log")
cat(sprintf("%d patients, %d events\n", fit$n, sum(fit$n.event)))
print(summary(fit)$table[c("median", "0.95LCL", "0.95UCL")])
