# Ask a Tallystick coordinator from R: plain HTTP. Packages: httr2 and jsonlite.
#
#   source("tallystick.R")
#   tally <- tally_from_environment()            # TALLY_URL, and TALLY_TOKEN or TALLY_TOKEN_FILE
#   run <- tally_run(tally, "case-outcomes", list(quarters = c("2025-Q1", "2025-Q2")))
#   tally_rows(tally_wait(tally, run$id))        # a data frame

library(httr2)
library(jsonlite)

TALLY_ENDED <- c("finished", "refused", "failed", "cancelled")

tally_from_environment <- function() {
  token <- Sys.getenv("TALLY_TOKEN", NA)
  if (is.na(token)) token <- readLines(Sys.getenv("TALLY_TOKEN_FILE"), n = 1, warn = FALSE)
  list(url = Sys.getenv("TALLY_URL", "http://127.0.0.1:7401"), token = trimws(token))
}

# The coordinator's no, with its code; docs/errors.md lists them all.
tally_problem <- function(response) {
  problem <- tryCatch(fromJSON(resp_body_string(response), simplifyVector = FALSE), error = function(e) list())
  if (is.null(problem$code)) "this is not a Tallystick coordinator" else paste0(problem$code, ": ", problem$detail)
}

tally_request <- function(tally, path) {
  request(sub("/+$", "", tally$url)) |>
    req_url_path_append(path) |>
    req_auth_bearer_token(tally$token) |>
    req_options(followlocation = FALSE) |>
    req_timeout(30) |>
    req_error(body = tally_problem)
}

tally_json <- function(response) fromJSON(resp_body_string(response), simplifyVector = FALSE)

# All pages of a listing.
tally_pages <- function(tally, path, name, ...) {
  found <- list()
  cursor <- NULL
  repeat {
    page <- tally_request(tally, path) |> req_url_query(..., cursor = cursor) |> req_perform() |> tally_json()
    found <- c(found, page[[name]])
    cursor <- page[["next"]]
    if (is.null(cursor)) return(found)
  }
}

tally_templates <- function(tally) {
  found <- tally_pages(tally, "api/v1/templates", "templates")
  data.frame(
    template = vapply(found, function(one) one$template, ""),
    title = vapply(found, function(one) one$title, ""),
    stringsAsFactors = FALSE
  )
}

# Asks. With its key, a request whose answer was lost is sent again and is one run.
tally_run <- function(tally, template, parameters = list()) {
  # Of the time and this process, not of R's dice: after set.seed() those say the same again, and another question would be refused.
  key <- gsub("[^0-9]", "", paste0(format(Sys.time(), "%Y%m%d%H%M%OS6"), Sys.getpid()))
  tally_request(tally, "api/v1/runs") |>
    req_headers("Idempotency-Key" = key) |>
    req_body_json(list(
      template = template,
      parameters = if (length(parameters) == 0) setNames(list(), character()) else lapply(parameters, as.list)
    )) |>
    req_retry(max_tries = 3, retry_on_failure = TRUE) |>
    req_perform() |>
    tally_json()
}

tally_get <- function(tally, id) {
  tally_request(tally, c("api/v1/runs", id)) |> req_perform() |> tally_json()
}

tally_wait <- function(tally, id, poll_seconds = 2) {
  repeat {
    run <- tally_get(tally, id)
    if (run$state %in% TALLY_ENDED) return(run)
    Sys.sleep(poll_seconds)
  }
}

# A data frame: a column for each dimension, then value, status, reason, low and high. A value that is not shown is NA,
# never 0: status and reason say why. NA in a dimension is its total.
tally_rows <- function(run) {
  if (is.null(run$release)) stop("run ", run$id, " is ", run$state, ": ", run$ending$message, call. = FALSE)
  table <- run$release$table
  or_na <- function(value) if (is.null(value)) NA else value
  rows <- lapply(c(table$cells, table$totals), function(cell) {
    named <- Map(
      function(dimension, place) if (is.null(place)) NA_character_ else dimension$categories[[place + 1]]$label,
      table$dimensions, cell$categories
    )
    names(named) <- vapply(table$dimensions, function(dimension) dimension$name, "")
    data.frame(
      named,
      # Of a cell that is not shown there is no value, whatever else it has.
      value = if (identical(cell$status, "ok")) as.numeric(or_na(cell$value)) else NA_real_,
      status = cell$status,
      reason = cell$reason,
      low = as.numeric(or_na(cell$interval$low)),
      high = as.numeric(or_na(cell$interval$high)),
      check.names = FALSE, stringsAsFactors = FALSE
    )
  })
  do.call(rbind, rows)
}

# Where the release came from, byte for byte as it was signed; `tally audit verify-release` verifies it.
tally_provenance <- function(tally, id, file) {
  response <- tally_request(tally, c("api/v1/runs", id, "provenance")) |> req_perform()
  writeBin(resp_body_raw(response), file)
}
