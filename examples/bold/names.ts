/** Ethnic groups as agencies record them: the five broad ones of the census. */
export type Ethnicity = 'asian' | 'black' | 'mixed' | 'other' | 'white';

/**
 * Names as people in an English county bear them, for people who don't exist. A name goes with an ethnic group here
 * only as loosely as in life: anybody may draw from the first list (see `people.ts`).
 */
export interface NameList {
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly surnames: readonly string[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const white: NameList = {
  female: words(`
    Abigail Agnieszka Alexandra Alice Alison Amanda Amelia Amy Andrea Angela Ann Anna Barbara Beatrice Bethany Beverley
    Bronwen Caitlin Carol Caroline Catherine Charlotte Cheryl Chloé Christine Claire Daisy Dawn Deborah Denise Diane
    Donna Dorothy Eilidh Eleanor Elizabeth Ellie Emily Emma Erin Evelyn Evie Fiona Florence Freya Gemma Georgia Gillian
    Grace Hannah Harriet Hayley Hazel Heather Helen Holly Imogen Iris Isabella Isla Jacqueline Jade Jane Janet Jasmine
    Jean Jennifer Jessica Joan Joanna Jodie Josephine Joyce Judith Julia Julie Karen Kate Katarzyna Kathleen Kelly
    Kerry Kirsty Laura Lauren Leah Leanne Lesley Lily Linda Lisa Lorraine Louise Lucy Lydia Lynn Maisie Margaret
    Marie Mary Matilda Megan Melanie Melissa Michelle Millie Molly Monika Naomi Natalie Natasha Niamh Nicola Nicole
    Olivia Paige Pamela Patricia Paula Pauline Phoebe Poppy Rachel Rebecca Renée Rhiannon Rosie Ruby Ruth Sally
    Samantha Sandra Sarah Sharon Shannon Sheila Siân Siobhan Sophie Stacey Stephanie Susan Tamsin Teresa Tina Tracey
    Valerie Vanessa Vera Victoria Violet Wendy Yvonne Zoë`),
  male: words(`
    Aaron Adam Adrian Aidan Alan Albert Alexander Alfie Andrew Anthony Archie Arthur Barry Ben Benjamin Bradley Brian
    Callum Cameron Carl Charles Charlie Christopher Colin Connor Craig Daniel Darren David Dean Declan Dennis Derek
    Dominic Donald Douglas Dylan Edward Elliot Eric Ethan Euan Evan Finley Francis Frank Frederick Gareth Gary Gavin
    Geoffrey George Gerald Glen Gordon Graham Grant Gregory Harrison Harry Harvey Henry Hugh Hywel Iain Ian Isaac Jack
    Jacob Jake James Jamie Jason Jeremy Joe Joel John Jonathan Jordan Joseph Joshua Julian Karl Keith Kenneth Kevin
    Kieran Kyle Lee Leo Leon Lewis Liam Logan Louis Luke Malcolm Marcus Mark Martin Mason Matthew Max Michael Mitchell
    Nathan Neil Nicholas Nigel Noah Norman Oliver Oscar Owen Patrick Paul Peter Philip Piotr Ralph Raymond Rhys Richard
    Robert Robin Roger Ronald Rory Ross Roy Russell Ryan Samuel Scott Sean Sebastian Shane Shaun Simon Stanley Stephen
    Stuart Terence Theo Thomas Timothy Toby Tomasz Trevor Tyler Victor Vincent Walter Wayne William Zachary`),
  surnames: words(`
    Abbott Adams Allen Anderson Andrews Appleby Archer Armstrong Ashworth Atkins Atkinson Austin Bailey Baker Ball
    Banks Barber Barker Barlow Barnes Barrett Bates Baxter Bell Bennett Berry Bishop Blackburn Bolton Booth Bowen
    Bradley Bradshaw Brooks Brown Bryant Burgess Burns Burton Butcher Butler Byrne Cameron Campbell Carpenter Carr
    Carter Chadwick Chambers Chapman Clark Clarke Clayton Coates Cole Coleman Collins Connolly Cook Cooper Cox
    Crawford Cross Cunningham Curtis Dale Daly Davey Davidson Davies Davis Dawson Day Dean Dickinson Dixon Doyle
    Duncan Dunn Dyer Edwards Elliott Ellis Evans Farmer Farrell Fenwick Field Fisher Fletcher Flynn Ford Foster
    Fowler Fox Francis Fraser Freeman French Frost Fuller Gallagher Gardner Garner Gibbons Gibson Gilbert Giles Gill
    Goddard Goodwin Gordon Graham Grant Gray Green Greenwood Griffin Griffiths Hall Hamilton Hancock Hardy Harper
    Harris Harrison Hart Hartley Harvey Hawkins Hayes Haynes Henderson Heath Higgins Hill Hobbs Holden Holland Holmes
    Holt Hooper Hope Hopkins Horton Houghton Howard Howarth Howe Howell Hudson Hughes Humphreys Hunt Hunter Hutchinson
    Iqbal-Stone Jackson James Jarvis Jenkins Jennings Johnson Johnston Jones Jordan Kay Kelly Kemp Kennedy Kent Kerr
    King Kirby Knight Knowles Kowalska Kowalski Lamb Lambert Lane Law Lawrence Lawson Leach Lee Lewis Little Lloyd
    Long Lowe Lucas Lynch Macdonald Marsden Marsh Marshall Martin Mason Matthews May McCarthy McDonald McKenzie
    McLean Mellor Metcalfe Middleton Miles Miller Mills Mitchell Moore Moran Morgan Morley Morris Morrison Moss
    Murphy Murray Myers Nash Naylor Nelson Newman Newton Nicholls Nicholson Noble Nolan Norman Norris North Norton
    Nowak O'Brien O'Connor O'Neill O'Sullivan Oakley Oliver Osborne Owen Page Palmer Parker Parkinson Parry Parsons
    Payne Peacock Pearce Pearson Perkins Perry Phillips Pickering Pollard Poole Porter Potter Potts Powell Power
    Pratt Preston Price Pritchard Pugh Quinn Ramsey Randall Read Reed Rees Reeves Reid Reynolds Rhodes Richards
    Richardson Riley Roberts Robertson Robinson Robson Rogers Rose Ross Rowe Rowley Russell Ryan Sanders Saunders
    Savage Scott Sharp Shaw Shepherd Short Simmons Simpson Sinclair Skinner Slater Smart Smith Smith-Jones Spencer
    Stephens Stevens Stevenson Stewart Stokes Stone Storey Summers Sutcliffe Sutton Swift Talbot Tate Taylor Thomas
    Thompson Thomson Thornton Thorpe Todd Tomlinson Townsend Tucker Turner Tyler Vaughan Vincent Wade Walker Wall
    Wallace Walsh Walters Walton Ward Waters Watkins Watson Watts Weaver Webb Webster Welch Wells West Weston Wheeler
    White Whitehead Whittaker Wilkins Wilkinson Williams Williamson Willis Wilson Wood Woods Woodward Wright Wyatt
    Yates Young`),
};

const asian: NameList = {
  female: words(`
    Aaliyah Aisha Alina Amina Anika Anita Anjali Arooj Asma Ayesha Bushra Deepa Divya Fahmida Farah Farzana Fatima
    Hafsa Haleema Hina Humaira Iqra Ishani Jasleen Jaspreet Kajal Kavita Khadija Kiran Lakshmi Layla Madiha Maryam Meena
    Meera Mei Nadia Nasreen Nazia Neha Nila Noor Parveen Pooja Priya Rabia Radhika Rani Razia Rekha Riya Rukhsana Saima
    Salma Samina Sana Sangita Seema Shabnam Shazia Simran Sobia Sunita Tahira Tasnim Uzma Yasmin Zahra Zainab`),
  male: words(`
    Aamir Abdul Abdullah Adeel Ahmed Ajay Akash Ali Amandeep Amir Anil Arjun Armaan Asif Atif Bilal Chen Dev Dinesh
    Faisal Farhan Farooq Gurpreet Habib Hamza Haris Harjit Hassan Hussain Ibrahim Imran Irfan Ismail Jagdeep Jamal
    Junaid Karim Kashif Khalid Manish Mohammad Mohammed Muhammad Nadeem Naveed Nikhil Omar Pardeep Qasim Rahul Raj
    Rajesh Rakesh Ravi Rizwan Sajid Salman Sanjay Shahid Sunil Suresh Tariq Usman Vikram Wasim Yusuf Zafar Zeeshan`),
  surnames: words(`
    Afzal Ahmad Ahmed Akhtar Ali Amin Anwar Arshad Ashraf Aslam Aziz Bains Begum Bhatt Bibi Chan Chaudhry Choudhury
    Das Desai Dhillon Farooq Ghosh Gill Gupta Hasan Hossain Hussain Iqbal Islam Jain Javed Johal Joshi Kapoor Kaur Khan
    Khatun Kumar Li Mahmood Malik Mehta Miah Mir Mirza Mistry Mistry-Shah Nair Nawaz Parmar Patel Qureshi Rafiq Rahman
    Raja Rashid Reddy Saeed Saleem Sandhu Shah Shaikh Sharif Sharma Siddiqui Sidhu Singh Sohal Tariq Uddin Ullah Verma
    Wang Yousaf Zaman Zhang`),
};

const black: NameList = {
  female: words(`
    Abena Adaeze Adwoa Akosua Ama Amara Angela Blessing Chantelle Chiamaka Chidinma Cynthia Ebony Efua Esther Eunice
    Faith Fatou Favour Folasade Funmilayo Gloria Grace Ifeoma Jasmine Joy Kadija Keisha Khadijah Mariama Marcia Mercy
    Naomi Ngozi Patience Precious Rachel Ruth Sade Sandra Sasha Shanice Sharon Temitope Tiana Tolani Wanjiru Yaa Yewande
    Zainab`),
  male: words(`
    Abdi Ade Andre Ayodele Babatunde Chidi Chike Clive Curtis Daniel David Delroy Desmond Dwayne Ebenezer Emeka Emmanuel
    Errol Femi Gabriel Isaac Jamal Jermaine Joshua Kelechi Kingsley Kofi Kwabena Kwame Leroy Lloyd Malachi Marcus Michael
    Mohamed Moses Nathaniel Nnamdi Obinna Olu Prince Reuben Samuel Segun Solomon Tendai Tobi Trevor Tunde Winston`),
  surnames: words(`
    Abdi Acheampong Addo Adebayo Adeyemi Agyeman Ajayi Akinola Amoah Appiah Asante Bailey Balogun Bangura Boateng
    Brown Campbell Chukwu Clarke Dlamini Eze Francis Gordon Grant Hassan Ibrahim Igwe James Jibril Johnson Joseph
    Kamara Lawal Lewis Mensah Mohamed Morgan Moyo Musa Ncube Nwosu Obi Ofori Okafor Okeke Okoro Olawale Osei Owusu
    Phiri Powell Reid Richards Roberts Sesay Sibanda Stewart Thomas Thompson Warsame Williams Wright Yeboah`),
};

const other: NameList = {
  female: words(`
    Amal Ana Camila Dilan Dina Elif Fernanda Gabriela Hala Hiba Huda Ines Isabel Juliana Lamia Leila Lina Luciana
    Mariana Marwa Nour Parisa Rana Reem Rojda Rosa Sahar Samira Shirin Thu Valentina Yara Zeynep`),
  male: words(`
    Ahmet Ali Amin Andrés Arash Baran Bruno Carlos Diego Farhad Felipe Hadi Hassan Hiwa Javier José Karwan Khaled
    Luis Mahmoud Mateus Mehmet Mustafa Nabil Omid Pedro Rafael Reza Samir Santiago Tarek Thiago Yilmaz Ziad`),
  surnames: words(`
    Abadi Aydin Alvarez Amiri Aziz Barzani Castro Costa Demir Dos-Santos Fernandes Garcia Ghorbani Gomes Haddad Hakimi
    Hamid Hosseini Kaya Khalil Lima Lopez Mansour Martinez Moreira Najjar Nasser Nguyen Oliveira Ozturk Pereira Rahimi
    Rashid Rodriguez Saleh Silva Souza Tran Yildiz Yilmaz`),
};

/** People of mixed ethnicity draw forename and surname from any of the lists. */
export const NAMES: Readonly<Record<Exclude<Ethnicity, 'mixed'>, NameList>> = { white, asian, black, other };
