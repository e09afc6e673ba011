select max("DAY") as m0 from "SUITE"."LOADS"
