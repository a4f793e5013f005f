"""The words that column names are made of, in several languages: folded to ASCII, lower case, run together."""

from spine.normalise.folding import words

ATTRIBUTE_WORDS: dict[str, str] = {
    "full_name": "fullname namefull personname customername clientname patientname membername "
    "vollername nomcomplet nombrecompleto nomecompleto nomecognome namn naam imieinazwisko displayname",
    "given_name": "firstname first namefirst given givenname givennames forename forenames fname "
    "christianname vorname "
    "rufname prenom prenoms nombre nombres nome primeironome fornamn "
    "fornavn voornaam imie etunimi jmeno imya ad isim",
    "middle_name": "middlename middle namemiddle middleinitial mi mname middlenames zweitername deuxiemeprenom "
    "segundonombre secondonome mellannamn mellomnavn otchestvo patronymic",
    "surname": "lastname last namelast surname familyname family lname sname secondname nachname familienname zuname "
    "nom nomdefamille apellido apellidos cognome sobrenome apelido efternamn efternavn etternavn achternaam nazwisko "
    "sukunimi prijmeni familiya soyad soyadi",
    "maiden_name": "maidenname birthname nee maiden geburtsname nomdejeunefille namelastmaiden",
    "name_suffix": "suffix namesuffix generation generationalsuffix",
    "birth_date": "dob birthdate birthday dateofbirth born birth geburtsdatum gebdatum geburtstag geb datenaissance "
    "datedenaissance fechanacimiento fechadenacimiento datadinascita datanascita datadenascimento datanascimento "
    "fodelsedatum fodselsdato geboortedatum dataurodzenia syntymaaika datumnarozeni yob birthyear yearofbirth bday",
    "death_date": "dateofdeath deathdate dod sterbedatum died",
    "age": "age alter edad idade eta leeftijd alder wiek",
    "sex": "sex gender geschlecht sexe sexo sesso genero kon kjonn geslacht plec sukupuoli",
    "nationality": "nationality citizenship nationalitat staatsangehorigkeit nationalite nacionalidad nazionalita",
    "ethnicity": "ethnicity race raceethnicity ethnicgroup ethnic",
    "employer_name": "employer employername arbeitgeber employeur empleador datoredilavoro werkgever arbetsgivare",
    "job_title": "jobtitle job position occupation role profession beruf berufsbezeichnung poste puesto cargo",
    "household_role": "relationshiptoreferenceperson relationshiptohead relationshiptohouseholder householdrole "
    "relationshiptohouseholdhead relationtohead hhrelation",
    "marital_status": "maritalstatus civilstatus familienstand estadocivil etatcivil statocivile",
    "organisation_name": "organisation organization organisationname organizationname orgname org nameorg company "
    "companyname firm firmname business businessname legalname legalentityname entityname corporation corporatename "
    "firma firmenname unternehmen entreprise raisonsociale "
    "societe empresa razonsocial azienda ragionesociale foretag "
    "foretagsnamn bedrijf bedrijfsnaam suppliername vendorname accountname providername centername facilityname",
    "trading_name": "tradingname dba tradename doingbusinessas brandname handelsname nomcommercial",
    "legal_form": "legalform rechtsform formejuridique companytype entitylegalform",
    "founded_date": "founded foundeddate incorporated incorporationdate registrationdate dateofincorporation",
    "industry": "industry sector sic naics branche",
    "employees": "employees numberofemployees headcount employeecount mitarbeiter",
    "revenue": "revenue turnover annualrevenue umsatz",
    "website": "website url homepage web webpage websiteaddress siteweb",
    "address": "address addr fulladdress addressfull addrfull postaladdress mailingaddress anschrift adresse "
    "direccion "
    "indirizzo endereco adress adres adresa",
    "street_address": "streetaddress addressline1 addrline1 address1 addr1 addressline line1 street1 addressstreet "
    "strassehausnummer streetandnumber",
    "address_line_2": "addressline2 addrline2 address2 addr2 line2 street2 addressline3 addrline3 address3 line3 "
    "adresszusatz complement complementadresse",
    "house_number": "streetnumber housenumber housenum houseno hausnummer hausnr hnr streetno streetnum "
    "buildingnumber "
    "numerorue numerocivico huisnummer husnummer addressnumber nrdomu numerdomu nrbudynku",
    "street": "streetname street road strasse str rue calle via rua gata gate straat ulica addressstreetname",
    "unit": "unit unitnumber apartment apt aptnumber apartmentnumber suite flat flatnumber unitno wohnung door "
    "lokal nrlokalu numerlokalu mieszkanie nrmieszkania",
    "po_box": "pobox postbox postfach postofficebox boitepostale",
    "city": "city town locality ort stadt wohnort ville ciudad localidad citta comune cidade stad by plaats "
    "woonplaats miasto kaupunki suburb municipality addrcity cityname posttown",
    "region": "state region province county stateprovince statecode bundesland provincia regione departement estado "
    "lan provincie addrstate stateabbreviation administrativearea canton kanton",
    "postcode": "zip zipcode postcode postalcode postal plz postleitzahl codepostal cp codigopostal cap cep "
    "postnummer "
    "postnr kodpocztowy postinumero psc addrpostalcode zip5 eircode pincode",
    "country": "country countrycode land staat pays pais paese nation addrcountry countryname kraj lande",
    "dwelling_type": "housingtype dwellingtype buildingtype residencetype propertytype",
}  # fmt: skip
IDENTIFIER_WORDS: dict[str, str] = {
    "email": "email emailaddress mail mailaddress emailid courriel correo correoelectronico correoe epost sahkoposti "
    "workemail homeemail personalemail emailaddr",
    "phone": "phone phonenumber telephone telephonenumber tel telno telefon telefonnummer telefono telefone mobile "
    "mobilephone mobilenumber mobileno cell cellphone cellular handy mobil mobilnummer portable movil cellulare "
    "landline homephone workphone telefoon puhelin phoneno contactnumber msisdn telnr phone1 phone2",
    "national_id": "ssn ssnnumber socialsecuritynumber socialsecurity socialsecurityid socialsecurityno socsec "
    "socsecid socsecnumber socsecno nationalid nationalidnumber "
    "nationalinsurancenumber nino nin sin personnummer fodselsnummer cpr cprnumber henkilotunnus pesel bsn dni "
    "nif codicefiscale cpf rodnecislo nationalinsurance personalnumber "
    "curp identitynumber svnr sozialversicherungsnummer nir idcardnumber",
    "tax_id": "taxid taxidnumber taxnumber vat vatid vatnumber vatno ein tin fein ustid ustidnr steuernummer cif "
    "partitaiva cnpj abn tva",
    "lei": "lei leicode leinumber legalentityidentifier",
    "register": "companynumber companyno registrationnumber registernumber registerno companyregistrationnumber "
    "handelsregisternummer reg regno regnr regid regnum regnumber registernr "
    "hrb siren siret crn orgnr organisationsnummer organisationnumber kvk kvknummer",
    "domain": "domain emaildomain webdomain domainname",
    "loyalty": "loyalty loyaltyid loyaltyno loyaltynumber loyaltycard loyaltycardnumber cardno cardnumber membercard "
    "memberno membershipnumber rewardsnumber kundenkarte membershipid frequentflyernumber",
    "login": "login loginid username userid useraccount accountlogin benutzername signin",
    "employee": "employeeid employeeno employeenumber staffid personalnummer matricule workerid empid "
    "personnelno personnelnumber personnelid personnelnr mitarbeiternummer numeroempleado employeecode",
    "customer": "customerid customerno customernumber custid custno kundennummer kundennr kundenr clientid clientno "
    "numeroclient kundnummer accountid customerref "
    "customercode kundenid kundid klantnummer klantnr numeroclient refclient codeclient idclient idcliente "
    "numerocliente nrklienta numerklienta idklienta codigocliente codicecliente codcliente numcliente numclient",
    "master": "masterid mdmid goldenid partyid",
    "bank": "iban bankaccount bankaccountnumber kontonummer",
    "account": "account accountnr accountnumber accountno konto kontonr bic paymentaccount cardhash",
    "device": "device deviceid idfa gaid adid advertisingid maid deviceuuid",
    "mobile_token": "pushtoken mobiletoken fcmtoken apnstoken devicetoken",
    "cookie": "cookie cookieid visitorid gaclientid anonymousid browserid",
    "ip": "ip ipaddress ipaddr clientip",
    "social": "socialhandle twitter twitterhandle linkedin facebook instagram facebookid twitterid",
    "order": "orderno ordernumber orderid bestellnummer",
    "ticket": "ticketno ticketnumber ticketid casenumber",
    "x_passport": "passport passportnumber passportno reisepass",
    "x_drivers_license": "driverslicense driverslicensenumber "
    "driverlicense drivinglicence licensenumber fuhrerschein",
    "x_duns": "duns dunsnumber",
    "x_npi": "npi npinumber",
}  # fmt: skip
ROLE_WORDS: dict[str, str] = {
    "source": "source sourcesystem datasource system sourcename dataset feed quelle systeme sourceid origin "
    "sourcecode "
    "recordsource srcsystem src",
    "kind": "kind type recordtype entitytype customertype partytype persontype clienttype nametype category typ "
    "entitykind recordkind",
    "record_id": "recordid id key uuid guid recid rowid pk uniqueid identifier identifiant identificador "
    "identificativo kennung laufnummer recordkey rowkey sourcerecordid "
    "recordnumber recordno recid1",
    "observed_at": "updatedat updated lastupdated lastmodified modified modifiedat modifieddate lastmodifieddate "
    "lastupdate updatedate updatedon surveydate observedat observed asof asofdate lastseen lastchanged changedat "
    "timestamp recorddate extractdate snapshotdate "
    "datemaj datemiseajour datemodification dernieremodification letzteanderung geandert zuletztgeandert "
    "anderungsdatum geandertam aktualisiert aktualisiertam fechaactualizacion fechamodificacion "
    "ultimaactualizacion ultimamodifica datamodyfikacji dataaktualizacji ostatniazmiana modifiedon",
    "name": "name bezeichnung primaryname entity",
}  # fmt: skip

WORDS: dict[str, str] = {
    word: meaning
    for table in (ATTRIBUTE_WORDS, IDENTIFIER_WORDS, ROLE_WORDS)
    for meaning, words in table.items()
    for word in words.split()
}
"""What each word means: an attribute, a namespace or a role."""

ORGANISATION_PREFIXES = words(
    "employer company organisation organization org business firm "
    "supplier vendor corporate legal entity account firma "
    "unternehmen entreprise empresa azienda provider facility"
)
PERSON_PREFIXES = words(
    "customer person patient contact member client subscriber "
    "applicant employee user individual consumer guest donor "
    "student owner cust my primary main home current billing mailing residential residence private personal kunde "
    "personne cliente postal addr address name legal registered work business birth phone email mobile cell shipping "
    "delivery street the full preferred official number account"
)
"""Words before a known name that leave its meaning as it is."""
OTHER_PREFIXES = words(
    "spouse partner mother father parent emergency kin guardian agent rep referrer manager doctor physician product "
    "file event campaign store shop branch supervisor recruiter previous prior old former alt alternate alternative "
    "second secondary other beneficiary sender recipient bank ship"
)
"""Words before a known name that make it somebody else's, or one of an earlier time."""
SALUTATIONS = words("title titel titre titulo tytul prefix salutation anrede civilite nameprefix honorific tratamiento")
PARENTS = words(
    "parent mother mutter muttergesellschaft obergesellschaft konzernmutter parentcompany mothercompany societemere "
    "empresamatriz casamadre moederbedrijf moderbolag moderselskab jednostkadominujaca"
)
"""The whole name of a column that says who owns the row's company, by an id or by a number."""
MEASURES = words(
    "points punkte puntos punti amount betrag montant importe importo total sum summe price preis prix precio prezzo "
    "quantity qty menge anzahl count balance saldo score rating revenue umsatz spend value wert valeur valor"
)
"""What counts or costs names no row, though it may never repeat in a small file."""
