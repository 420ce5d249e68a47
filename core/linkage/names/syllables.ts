import { isListed } from './nickname.js';

/**
 * One syllable as Mandarin, Cantonese, Korean and Vietnamese names are written in Latin letters. Wider than any one of
 * them, yet few pairs of English forenames are two such syllables.
 */
const SYLLABLE = new RegExp(
  '^(?:B|P|M|F|D|T|N|L|G|K|H|J|Q|X|Z|C|S|R|Y|W|V|ZH|CH|SH|TS|TZ|SZ|HS|NG|GW|KW|PH|TH|TR|KH|NH|GI)?' +
    '(?:A|AA|AE|AI|AAI|AO|AU|AAU|E|EA|EE|EI|EO|EU|EUI|I|IA|IAO|IE|IEU|IO|IU|O|OA|OE|OI|OO|OU|U|UA|UAI|UE|UI|UO|UY|UYE|WA|WAE|WE|WI|WO|YA|YAE|YE|YEO|YO|YOO|YOU|YU|YE|Y)' +
    '(?:NG|NH|CH|N|M|P|T|K|L|H|R)?$',
);

/** Whether two words are the two syllables of one given name: Xiao Ming, Ka Wai, Min Jun, Minh Anh. */
export function isOneGivenName(first: string, second: string): boolean {
  return isSyllable(first) && isSyllable(second);
}

function isSyllable(word: string): boolean {
  return word.length >= 2 && SYLLABLE.test(word) && !isListed(word) && !ENGLISH.has(word);
}

/** English forenames that read as one syllable of the above. */
const ENGLISH: ReadonlySet<string> = new Set(
  'ANN ANNA BEA BETH BO CAL COL DAN DEE DEL DON DOT GAIL GIA GUY HAL JAN JAY JEAN JO JOEL JON KAY KIT KURT LAL LEE LEO LIA LIAM LOU LYN MAE MAL MARK MAT MAY MEG MEL MIA MO NAN NAT NEIL NIA NOEL OM PAM PAT PAUL PEG PER PIA RAE RAM RAY RON ROY RUTH SAI SAL SAM SEAN SID SUE TED TIA TIM TOM TOR VAL VI WIN ZOE'.split(
    ' ',
  ),
);
