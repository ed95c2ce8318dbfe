-- Whether each diagnosis of a service line says if it was there at admission: for inpatient stays.

ALTER TABLE service_line ADD COLUMN asks_poa boolean NOT NULL DEFAULT false;
