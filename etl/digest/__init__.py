"""The digest: one message a night for each owner, when something changed, and a heartbeat.

Belongs here: what is worth a message (`facts`), its words (`compose`), where it goes (`send`), what
was sent already (`memory`) and whether nights still run (`heartbeat`); `deliver` puts them
together. Does not belong here: when it is asked to (`assets`), pages and worklists.

A message holds counts, rule ids and titles, hospital codes and links: never a record, a value or a
patient.
"""
