-- Every page is a picture with a text layer, and more kinds of documents can be read.

ALTER TABLE document DROP CONSTRAINT document_media_type_check;
ALTER TABLE document ADD CONSTRAINT document_media_type_check CHECK (media_type IN (
  'application/pdf', 'image/png', 'image/jpeg', 'image/tiff', 'text/plain',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'application/cda+xml'));

-- Pages of before this script that were text alone stay as they are; none is added.
ALTER TABLE document_page DROP CONSTRAINT a_page_shows_something;
ALTER TABLE document_page ADD CONSTRAINT a_page_is_a_picture
  CHECK (image_blob_id IS NOT NULL AND width >= 1 AND height >= 1) NOT VALID;
