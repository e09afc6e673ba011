select count(*) as m0 from "suite"."loads" where (id > 1 -- real
)
