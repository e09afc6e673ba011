select max("LOADED_AT") as newest from "SUITE"."LOADS"
