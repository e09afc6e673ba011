-- A small warehouse, and a role that can only read it. Run once, when the volume is new.
CREATE SCHEMA sales;
CREATE TABLE sales.orders (
  order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  amount numeric,
  loaded_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO sales.orders (amount) SELECT n * 1.25 FROM generate_series(1, 12) AS n;

\set reader_password `cat /run/secrets/reader_password`
CREATE ROLE reader LOGIN PASSWORD :'reader_password';
GRANT CONNECT ON DATABASE shop TO reader;
GRANT USAGE ON SCHEMA sales TO reader;
GRANT SELECT ON ALL TABLES IN SCHEMA sales TO reader;
