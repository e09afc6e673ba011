select max("loaded_at") as m0 from "suite"."loads"
