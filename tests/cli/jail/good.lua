local la    = dim "area" :at "la"
local role  = dim "job_role" :at "group"

feed "london_workforce" {
  title = "London adult social care workforce", agreement = "london-adass", period = month "2026-08",
  where = dim "area" :within "London",
  table "turnover" {
    rows = { la }, columns = { role }, totals = "all",
    measures = { measure "filled_posts", measure "turnover_rate", measure "vacancy_rate", measure "median_pay" },
  },
  providers "provider_metrics" {            -- one row per consenting workplace
    fields = { "location_id", "name", "la", "service" },
    measures = { measure "vacancy_rate", measure "turnover_rate", measure "zero_hours_share" },
  },
}
