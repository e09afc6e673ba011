select max("LOADED_AT") as m0 from "SUITE"."LOADS"
