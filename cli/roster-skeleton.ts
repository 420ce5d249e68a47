/** A first roster to fill in: every entry is there, with what it is for. What is in capitals is not known to anybody else. */
export const ROSTER_SKELETON = `# The first roster of a federation: fill in what is in capitals, have it explained, and sign it.
federation: NAME # small letters, digits and hyphens; for ever
version: 1
expires: 2027-03-31 # last day; renew it well before

organisations:
  - { id: ORGANISATION-A, name: NAME }
  - { id: ORGANISATION-B, name: NAME }
  - { id: ORGANISATION-C, name: NAME }

# Who signs. Each makes a key with \`tally officer new-key\` and reads its fingerprint out to the others.
officers:
  - id: OFFICER-A
    name: NAME
    organisation: ORGANISATION-A
    keys: [{ kind: ed25519, publicKey: KEY }]
  - id: OFFICER-B
    name: NAME
    organisation: ORGANISATION-B
    keys: [{ kind: ed25519, publicKey: KEY }]
  - id: OFFICER-C
    name: NAME
    organisation: ORGANISATION-C
    keys: [{ kind: ed25519, publicKey: KEY }]

roles:
  templates: { officers: 2, organisations: 2 } # approve a template; its authors and their organisations don't count
  roster: { officers: 2, organisations: 2 } # sign the next roster; fewer than there are officers, for keys get lost
  grants: { grantors: [OFFICER-A, OFFICER-B, OFFICER-C], officers: 2 } # say who may ask for which purpose
  registrars: # say at least once a day how far the register has got; not on the coordinator's computer
    - { id: REGISTRAR, publicKey: KEY }

purposes: # what may be asked for, and by whom
  - { code: research-statistics, title: Research and statistics, organisations: [ORGANISATION-A] }

agencies: # in order of preference: where two hold a person, the earlier one's record stands
  - { id: AGENCY-A, name: NAME, organisation: ORGANISATION-B, identityKey: KEY, datasets: [DATASET] }
  - { id: AGENCY-B, name: NAME, organisation: ORGANISATION-C, identityKey: KEY, datasets: [DATASET] }

coordinator:
  identityKey: KEY # signs the checkpoints of the audit log, too

witnesses: 1 # agencies that must have cosigned a checkpoint before it is believed
`;
