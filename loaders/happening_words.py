"""The words of files that tell what happened, or what was agreed to, in several languages: folded, run together."""

from spine.normalise.folding import words


def _words(table: dict[str, str]) -> dict[str, str]:
    return {word: meaning for meaning, said in table.items() for word in said.split()}


KINDS = _words({
    "order": "order orders bestellung bestellungen bestellnr bestellnummer bestell auftrag auftragsnr commande "
    "commandes pedido pedidos ordine ordini zamowienie zamowienia bestelling purchase purchases sale sales transaction "
    "kauf checkout",
    "invoice": "invoice invoices rechnung rechnungen rechnungsnr rechnungsnummer facture factures factura facturas "
    "fattura fatture faktura faktury factuur",
    "subscription": "subscription subscriptions abonnement abonnements abo abos suscripcion suscripciones abbonamento "
    "subskrypcja",
    "ticket": "ticket tickets case cases incident incidents issue issues supportticket reclamation reclamacion "
    "zgloszenie",
    "chat": "chat chats conversation conversations",
    "visit": "visit visits pageview pageviews page view besuch besuche visite visita wizyta session screenview click",
    "login": "login logins signin logon anmeldung connexion logowanie",
    "touch": "touch campaign mailing emailopen emailclick opened clicked",
})  # fmt: skip
"""What kind of event a name or a value speaks of."""

ROLES = _words({
    "at": "date datum fecha data dato at on time timestamp ts datetime created createdat occurred occurredat ordered "
    "orderdate bestelldatum rechnungsdatum datecommande fechapedido dataordine datazamowienia zeitpunkt zeit when "
    "eventtime eventdate started opened openedat visitedat placedat",
    "value": "amount total sum value price revenue betrag summe gesamt gesamtbetrag gesamtsumme wert preis montant "
    "prix totalttc importe precio valor importo prezzo totale kwota suma wartosc bedrag totaal umsatz grandtotal",
    "currency": "currency waehrung wahrung devise moneda valuta waluta currencycode",
    "channel": "channel kanal canal canale kanaal vertriebskanal saleschannel",
    "status": "status state zustand stato estado etat statut orderstatus bestellstatus stan",
    "category": "category kategorie categorie categoria kategoria productcategory",
    "product": "product produkt artikel article produit producto articulo prodotto articolo sku item",
    "subject": "subject betreff objet asunto oggetto temat",
    "page": "page url path seite",
    "campaign": "campaign kampagne campagne campana campagna kampania",
    "purpose": "purpose zweck finalite finalidad finalita cel doel verarbeitungszweck",
    "proof": "proof nachweis preuve prueba prova dowod notice privacynotice noticeversion version source quelle",
})  # fmt: skip
"""What a column of an event or a consent is."""
ATTRIBUTES = ("category", "product", "subject", "page", "campaign")

AGREED = words(
    "consent consents optin optout einwilligung einwilligungen consentement consentements consentimiento "
    "consentimientos consenso zgoda zgody toestemming permission gdpr dsgvo rgpd newsletter"
)
"""Words of columns that say whether somebody agreed."""

STATUSES = _words({
    "cancelled": "canceled cancelled storniert storno annule annulee annullato annullata cancelado cancelada anulado "
    "anulowane anulowano geannuleerd abgebrochen",
    "returned": "returned retourniert retoure zuruckgeschickt retourne retournee devuelto devuelta reso restituito "
    "zwrot zwrocone geretourneerd",
    "paid": "paid bezahlt paye payee pagado pagada pagato zaplacone oplacone betaald",
    "shipped": "shipped versandt versendet expedie expediee enviado spedito wyslane verzonden",
    "open": "open offen ouvert ouverte abierto abierta aperto aperta otwarte",
    "waiting": "waiting wartend enattente pendiente inattesa oczekuje",
    "closed": "closed geschlossen erledigt gelost ferme fermee resolu cerrado resuelto chiuso risolto zamkniete",
    "failed": "failed fehlgeschlagen echoue fallido fallito",
})  # fmt: skip
"""The status that a source's word means: what derived facts ask for."""
