select max("LOADED_AT") as m0, count(*) as m1 from (
select * from suite.loads where id < 5
) as dataset
