import { describe, expect, it } from 'vitest';

import { forenamesOf } from '../../../core/linkage/names/forename.js';
import { surnamesOf } from '../../../core/linkage/names/surname.js';
import { soundOf } from '../../../core/linkage/phonetics.js';

/** A way of writing names, and people who bear them: forename and surname as written, and as normalised. */
interface Tradition {
  readonly tradition: string;
  readonly people: readonly (readonly [
    forename: string,
    surname: string,
    normalised: string,
    surnameNormalised: string,
  ])[];
  /** Further people, only to be told apart: `forename surname`. */
  readonly others: string;
}

/** Forename and surname of `others` are separated by an underscore, as either may have spaces. */
const TRADITIONS: readonly Tradition[] = [
  {
    tradition: 'English',
    people: [
      ['Zoë', 'Smith-Jones', 'ZOE', 'SMITHJONES'],
      ['Oliver', "O'Hara", 'OLIVER', 'OHARA'],
    ],
    others: 'Amelia_Baker George_Wright Harriet_Walker Thomas_Hall Grace_Green William_Turner Ruth_Cooper Edward_King',
  },
  {
    tradition: 'Welsh',
    people: [
      ['Siân', 'ap Rhys', 'SIAN', 'APRHYS'],
      ['Llŷr', 'Gruffudd', 'LLYR', 'GRUFFUDD'],
    ],
    others:
      'Angharad_Llewelyn Rhodri_Morgan Gwenllian_Pritchard Ieuan_Bevan Dafydd_Parry Mererid_Hopwood Hywel_Gwynfryn',
  },
  {
    tradition: 'Irish',
    people: [
      ['Pádraig', 'Ó Súilleabháin', 'PADRAIG', 'OSUILLEABHAIN'],
      ['Gráinne', 'Ní Dhomhnaill', 'GRAINNE', 'NIDHOMHNAILL'],
    ],
    others: 'Seán_Mac_Diarmada Bríd_Nic_Giolla Caoimhe_Ní_Bhriain Tadhg_Ó_Murchú Aoife_Breathnach Cathal_Ó_Searcaigh',
  },
  {
    tradition: 'Scottish Gaelic',
    people: [
      ['Eilidh', 'NicDhòmhnaill', 'EILIDH', 'NICDHOMHNAILL'],
      ['Ruairidh', 'Mac Leòid', 'RUAIRIDH', 'MCLEOID'],
    ],
    others: 'Catrìona_Mackay Fionnlagh_MacRae Mòrag_Mackinnon Seumas_MacAulay Iain_MacGregor Màiri_MacInnes',
  },
  {
    tradition: 'Polish',
    people: [
      ['Łukasz', 'Wałęsa', 'LUKASZ', 'WALESA'],
      ['Małgorzata', 'Śliwińska', 'MALGORZATA', 'SLIWINSKA'],
    ],
    others: 'Żaneta_Dąbrowska Paweł_Król Święcisława_Zając Grzegorz_Brzęczyszczykiewicz Józef_Piłsudski Zofia_Nowak',
  },
  {
    tradition: 'Turkish',
    people: [
      ['Işıl', 'Yıldız', 'ISIL', 'YILDIZ'],
      ['İbrahim', 'Öztürk', 'IBRAHIM', 'OZTURK'],
    ],
    others: 'Çağla_Şahin Gül_Doğan Ümit_Çelik Ayşe_Kılıç Mehmet_Arslan Zeynep_Güneş Emre_Aydın',
  },
  {
    tradition: 'Icelandic and Scandinavian',
    people: [
      ['Þórður', 'Guðmundsson', 'THORDUR', 'GUDMUNDSSON'],
      ['Søren', 'Ærø', 'SOREN', 'AERO'],
    ],
    others: 'Björk_Guðmundsdóttir Ólafur_Jónsson Åse_Lindström Sigríður_Þorsteinsdóttir Jørgen_Ødegård Halldór_Laxness',
  },
  {
    tradition: 'German and Dutch',
    people: [
      ['Jürgen', 'Groß', 'JURGEN', 'GROSS'],
      ['Anneke', 'van der Berg', 'ANNEKE', 'VANDERBERG'],
    ],
    others: 'Käthe_Müller Jörg_von_Bülow Pieter_de_Vries Sanne_van_Dijk Günther_Schäfer Heidi_Weiß Maarten_ten_Brink',
  },
  {
    tradition: 'Spanish',
    people: [
      ['José', 'García Márquez', 'JOSE', 'GARCIAMARQUEZ'],
      ['Íñigo', 'de la Cruz', 'INIGO', 'DELACRUZ'],
    ],
    others: 'Begoña_Muñoz Andrés_Núñez_Peña Lucía_Fernández Ángel_Ibáñez Inés_Ortega Jesús_del_Río',
  },
  {
    tradition: 'Portuguese',
    people: [
      ['João', 'da Conceição', 'JOAO', 'DACONCEICAO'],
      ['Inês', 'Silva dos Santos', 'INES', 'SILVADOSSANTOS'],
    ],
    others: 'António_Guimarães Graça_Magalhães Luís_de_Camões Fátima_Araújo Tomé_Lourenço Mônica_Galvão',
  },
  {
    tradition: 'French and West African French',
    people: [
      ['Chloé', 'N’Diaye', 'CHLOE', 'NDIAYE'],
      ['Jean-Luc', 'L’Hôpital', 'JEANLUC', 'LHOPITAL'],
    ],
    others: 'Aïssatou_Diop Élodie_Lefèvre François_Lemaître Moussa_Traoré Anaïs_Garçon Ousmane_Sembène',
  },
  {
    tradition: 'Yoruba',
    people: [
      ['Ọláolúwa', 'Adébáyọ̀', 'OLAOLUWA', 'ADEBAYO'],
      ['Fọláṣadé', 'Ọ̀ṣúnkúnlé', 'FOLASADE', 'OSUNKUNLE'],
    ],
    others: 'Ayọ̀délé_Akínwándé Títílayọ̀_Ògúnbánjọ Ṣọlá_Adéyẹmí Bọ́lá_Tinúbú Wọlé_Ṣóyínká Kẹ́hìndé_Ọbasá',
  },
  {
    tradition: 'Igbo',
    people: [
      ['Chíọma', 'Ọkọnkwọ', 'CHIOMA', 'OKONKWO'],
      ['Ụzọamaka', 'Nwaọbasi', 'UZOAMAKA', 'NWAOBASI'],
    ],
    others: 'Ifeọma_Eze Chinụa_Achebe Ngọzi_Okafọ Obinna_Nwosu Amarachi_Igwe Kelechi_Ụmụnna',
  },
  {
    tradition: 'Vietnamese',
    people: [
      ['Thị Minh Anh', 'Nguyễn', 'MINHANH', 'NGUYEN'],
      ['Đức', 'Đặng', 'DUC', 'DANG'],
    ],
    others: 'Thị_Hương_Trần Văn_Hùng_Lê Thị_Lan_Phạm Quốc_Bảo_Huỳnh Thị_Ngọc_Vũ Văn_Toàn_Võ',
  },
  {
    tradition: 'Chinese in pinyin and Cantonese',
    people: [
      ['Xiao-Ming', 'Li', 'XIAOMING', 'LI'],
      ['Ka Wai', 'Ng', 'KAWAI', 'NG'],
    ],
    others: 'Mei_Ling_Wong Zhi_Wei_Zhang Hoi_Yan_Chan Jia_Hao_Liu Siu_Fung_Lau Yu_Ting_Lu Chi_Keung_Lee Wen_Jie_Lai',
  },
  {
    tradition: 'Chinese in characters',
    people: [
      ['小明', '王', 'XIAOMING', 'WANG'],
      ['嘉欣', '歐陽', 'JIAXIN', 'OUYANG'],
    ],
    others: '志偉_張 美玲_黃 國強_陳 秀英_劉 建華_李 麗娟_林 俊傑_周 雅婷_吳',
  },
  {
    tradition: 'Japanese',
    people: [
      ['さくら', 'たなか', 'SAKURA', 'TANAKA'],
      ['ハルト', 'ワタナベ', 'HARUTO', 'WATANABE'],
    ],
    others: 'ゆうた_すずき はなこ_さとう けんじ_やまもと あおい_なかむら だいき_こばやし みさき_かとう',
  },
  {
    tradition: 'Korean',
    people: [
      ['민준', '김', 'MINJUN', 'KIM'],
      ['Seo Yeon', '이', 'SEOYEON', 'LEE'],
    ],
    others: '서연_박 지훈_최 수빈_정 현우_강 하은_조 준서_윤 예진_임 도윤_오',
  },
  {
    tradition: 'Arabic',
    people: [
      ['محمد', 'الحسن', 'MHMD', 'ALHSN'],
      ['عائشة', 'عمر', 'AAISHA', 'AMR'],
    ],
    others: 'أحمد_حسين فاطمة_علي يوسف_إبراهيم خديجة_سعيد مصطفى_خالد مريم_صالح عبد_الرحمن_ناصر ليلى_منصور',
  },
  {
    tradition: 'Arabic and Somali in Latin',
    people: [
      ['Abd al-Rahman', 'Al-Masri', 'ABDALRAHMAN', 'ALMASRI'],
      ['Cumar', 'Xasan', 'CUMAR', 'XASAN'],
    ],
    others: 'Fadumo_Warsame Abdi_Jama Hodan_Nalayeh Umm_Kulthum_Ibrahim Ali_El-Sayed Nur_bin_Laden Mahad_Cabdi',
  },
  {
    tradition: 'Urdu and Persian',
    people: [
      ['شاہد', 'آفریدی', 'SHAHD', 'AFRYDY'],
      ['پروین', 'چوہدری', 'PRWYN', 'CHWHDRY'],
    ],
    others: 'گلشن_خان ژیلا_تهرانی زبیدہ_مرزا کاوه_رضایی ثریا_قریشی ظہیر_عباس',
  },
  {
    tradition: 'Hebrew',
    people: [
      ['משה', 'כהן', 'MSH', 'KHHN'],
      ['רחל', 'לוי', 'RHL', 'LVY'],
    ],
    others: 'דוד_פרץ שרה_ביטון יצחק_מזרחי מרים_אברהם יעקב_פרידמן אסתר_שפירא',
  },
  {
    tradition: 'Russian and Ukrainian',
    people: [
      ['Наталья', 'Щербакова', 'NATALYA', 'SHCHERBAKOVA'],
      ['Юрій', 'Їжакевич', 'YURIY', 'IZHAKEVICH'],
    ],
    others: 'Ольга_Жукова Дмитрий_Хрущёв Оксана_Шевченко Сергей_Цой Анна_Эрнст Володимир_Ґудзь',
  },
  {
    tradition: 'Greek',
    people: [
      ['Γιώργος', 'Παπαδόπουλος', 'GIORGOS', 'PAPADOPOYLOS'],
      ['Ελένη', 'Οικονόμου', 'ELENI', 'OIKONOMOY'],
    ],
    others: 'Κώστας_Ξενάκης Μαρία_Ψαρρά Δημήτρης_Χατζής Σοφία_Βέμπο Νίκος_Θεοδωράκης Άννα_Καλογεροπούλου',
  },
  {
    tradition: 'Hindi, Devanagari',
    people: [
      ['अमित', 'शर्मा', 'AMIT', 'SRMA'],
      ['सुनीता', 'देवी', 'SUNITA', 'DEVI'],
    ],
    others: 'राजेश_कुमार प्रिया_पटेल विक्रम_ठाकुर लक्ष्मी_अय्यर मोहन_गुप्ता कविता_जोशी',
  },
  {
    tradition: 'Bengali',
    people: [
      ['আয়েশা', 'বেগম', 'AYESA', 'BEGM'],
      ['রহিম', 'মিয়া', 'RHIM', 'MIYA'],
    ],
    others: 'সালমা_খাতুন করিম_উদ্দিন ফারহানা_চৌধুরী জাহিদ_হাসান মিতা_দাস তানভীর_আলী',
  },
  {
    tradition: 'Punjabi, Gurmukhi and Latin',
    people: [
      ['ਹਰਪ੍ਰੀਤ', 'ਕੌਰ', 'HRPRIT', 'KAUR'],
      ['Jaspreet', 'Kaur Gill', 'JASPREET', 'GILL'],
    ],
    others: 'ਗੁਰਦੀਪ_ਸਿੰਘ Harjit_Singh_Sandhu Simran_Kaur_Dhillon Manpreet_Singh Amrit_Kaur Baljit_Singh_Bains',
  },
  {
    tradition: 'Tamil',
    people: [
      ['முருகன்', 'சுப்பிரமணியம்', 'MURUKN', 'CUPPIRMNIYM'],
      ['லட்சுமி', 'இராமன்', 'LTCUMI', 'IRAMN'],
    ],
    others: 'கண்ணன்_நாயர் மீனா_குமார் செல்வி_ராஜா அருண்_பாலா கவிதா_தேவன் விஜய்_சேதுபதி',
  },
  {
    tradition: 'Gujarati and Telugu',
    people: [
      ['નરેન્દ્ર', 'પટેલ', 'NRENDR', 'PTEL'],
      ['వెంకట', 'రెడ్డి', 'VEMKT', 'REDDI'],
    ],
    others: 'જયેશ_શાહ હેતલ_દેસાઈ మహేష్_బాబు అనుష్క_శెట్టి કિરણ_મહેતા సునీత_రావు',
  },
  {
    tradition: 'Sinhala and Burmese',
    people: [
      ['නිමල්', 'පෙරේරා', 'NIML', 'PERERA'],
      ['Aung', 'Oo', 'AUNG', 'OO'],
    ],
    others: 'කමල්_සිල්වා සුනිල්_ප්‍රනාන්දු Khin_Win Zaw_Htet අනුර_දිසානායක Hla_Tun',
  },
  {
    tradition: 'Thai, Khmer and Lao',
    people: [
      ['สมชาย', 'ใจดี', 'SMCHAY', 'AICHDI'],
      ['សុខ', 'ចាន់', 'SOKH', 'CHANA'],
    ],
    others: 'สุนีย์_รักไทย วิชัย_ศรีสุข มาลี_ทองคำ ดารา_แก้วใส ສົມ_ພອນ ประยุทธ์_จันทร์',
  },
  {
    tradition: 'Ethiopian and Eritrean',
    people: [
      ['አበበ', 'ተስፋዬ', 'ABEBE', 'TESFAYE'],
      ['ፀሐይ', 'ኃይሌ', 'TSEHAY', 'HAYLE'],
    ],
    others: 'ሙሉጌታ_በቀለ አልማዝ_ገብሬ ዮሐንስ_ከበደ ሰናይት_ወልደ ብርሃኑ_ነጋ ሃና_ተክሌ',
  },
  {
    tradition: 'Georgian and Armenian',
    people: [
      ['გიორგი', 'კობახიძე', 'GIORGI', 'KOBAKHIDZE'],
      ['Հայկ', 'Տեր-Պետրոսյան', 'HAYK', 'TERPETROSYAN'],
    ],
    others: 'ნინო_ბერიძე დავით_ჯაფარიძე Անի_Սարգսյան Արամ_Խաչատրյան თამარ_წერეთელი Նարե_Գրիգորյան',
  },
];

/** `A_B`, `A_B_C`: the first word but one of the rest may belong to either part; the last word is the surname's. */
function split(person: string): readonly [string, string] {
  const words = person.split('_');
  const [first = '', ...rest] = words;
  return /^(?:Mac|Ó|Ní|Nic|von|de|del|van|ten)$/.test(rest[0] ?? '') || /^(?:Kaur|Singh|Núñez)$/.test(rest[0] ?? '')
    ? [first, rest.join(' ')]
    : [words.slice(0, -1).join(' '), words.at(-1) ?? ''];
}

it('are more than thirty', () => {
  expect(TRADITIONS.length).toBeGreaterThanOrEqual(30);
});

describe.each(TRADITIONS)('names written as in $tradition', ({ people, others }) => {
  const written = [
    ...people.map(([forename, surname]) => [forename, surname] as const),
    ...others.split(' ').map(split),
  ];

  it('have the normal forms they should', () => {
    for (const [forename, surname, ...normalised] of people) {
      expect([forenamesOf(forename)[0]?.written, surnamesOf(surname)[0]?.name]).toEqual(normalised);
    }
  });

  it('never become empty', () => {
    for (const [forename, surname] of written) {
      expect(forenamesOf(forename)[0]?.name, forename).toMatch(/^[A-Z]+$/);
      expect(surnamesOf(surname)[0]?.name, surname).toMatch(/^[A-Z]+$/);
    }
  });

  it.each(['NFC', 'NFD', 'NFKC', 'NFKD'])('are the same however their letters are encoded: %s', (form) => {
    for (const [forename, surname] of written) {
      expect(forenamesOf(forename.normalize(form))).toEqual(forenamesOf(forename));
      expect(surnamesOf(surname.normalize(form))).toEqual(surnamesOf(surname));
    }
  });

  it('stay apart as wholes, and nine in ten by sound or three letters', () => {
    const whole = written.map(([forename, surname]) => [forenamesOf(forename)[0], surnamesOf(surname)[0]] as const);
    const distinct = (of: (name: (typeof whole)[number]) => string): number =>
      new Set(whole.map(of)).size / whole.length;
    expect(distinct(([forename, surname]) => `${forename?.name}/${surname?.name}`)).toBe(1);
    expect(distinct(([forename, surname]) => `${forename?.sound}/${surname?.sound}`)).toBeGreaterThanOrEqual(0.9);
    expect(distinct(([forename, surname]) => `${forename?.three}/${surname?.three}`)).toBeGreaterThanOrEqual(0.9);
    expect(distinct(([forename]) => String(forename?.name))).toBeGreaterThanOrEqual(0.8);
    expect(distinct(([, surname]) => String(surname?.name))).toBeGreaterThanOrEqual(0.6);
  });
});

/** Lists long enough for a share to mean something. */
describe('many names of one tradition', () => {
  it.each([
    [
      'Chinese surnames',
      'Li Wang Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Liang Song Tang Zheng Han Feng Deng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Lao Lai Lau Lee Lei Lo Leung Wong Chan Cheung Ng Ho Kwok Yip Mak',
    ],
    [
      'Korean and Vietnamese surnames',
      'Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Yoo Hong Nguyen Tran Le Pham Hoang Phan Vu Vo Dang Bui Do Ngo Duong Ly Mai Trinh Dinh',
    ],
    [
      'South Asian surnames',
      'Khan Ahmed Hussain Ali Begum Patel Singh Kaur Shah Akhtar Iqbal Malik Mahmood Chowdhury Rahman Uddin Miah Islam Bibi Sharma Kumar Gupta Mehta Desai Joshi Reddy Nair Iyer Menon Das Bose Sen Roy Dutta Ghosh Gill Sandhu Sidhu Dhillon Bains Fernando Perera Silva',
    ],
    [
      'West African surnames',
      'Adebayo Adeyemi Okafor Okonkwo Eze Obi Nwosu Mensah Owusu Boateng Asante Osei Appiah Agyeman Addo Balogun Bello Ibrahim Abubakar Ojo Ogunleye Afolabi Oluwole Chukwu Onyeka Diallo Diop Traore Kamara Sesay Conteh Bangura Koroma Jalloh Touray Ceesay',
    ],
    [
      'Eastern European surnames',
      'Nowak Kowalski Wisniewski Wojcik Kaminski Lewandowski Zielinski Szymanski Wozniak Dabrowski Kozlowski Jankowski Mazur Popescu Ionescu Popa Radu Dumitru Stoica Ivanov Petrov Georgiev Dimitrov Horvath Kovacs Toth Szabo Nagy Novak Dvorak Svoboda Kazlauskas Petrauskas Jankauskas Berzins Kalnins Hoxha Shehu',
    ],
  ])('%s stay apart by sound in the large majority, whole all', (_, list) => {
    const names = list.split(' ').map((name) => surnamesOf(name)[0]?.name ?? '');
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(names.map(soundOf)).size / names.length).toBeGreaterThanOrEqual(0.8);
    expect(new Set(names.map((name) => name.slice(0, 3))).size / names.length).toBeGreaterThanOrEqual(0.7);
  });
});
