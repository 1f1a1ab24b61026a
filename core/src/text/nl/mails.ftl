# Mails, a paragraph a message; links stand between them.
mail_verify-subject = Bevestig je e-mailadres
mail_verify-welcome = Welkom bij XWMS.
mail_verify-confirm = Bevestig dat dit jouw adres is:
mail_verify-once = De link werkt één keer, en maar korte tijd. Heb je geen account aangevraagd, doe dan niets: het blijft onbevestigd.
mail_known-subject = Je hebt al een XWMS-account
mail_known-asked = Iemand, waarschijnlijk jij, heeft een XWMS-account met dit adres aangevraagd. Je hebt er al een.
mail_known-sign_in = Log in:
mail_known-forgot = Wachtwoord vergeten? Stel een nieuw in:
mail_known-nothing = Was jij het niet, doe dan niets: er is niets veranderd.
mail_reset-subject = Stel een nieuw wachtwoord in
mail_reset-set = Stel een nieuw wachtwoord in voor je XWMS-account:
mail_reset-once = De link werkt één keer, en maar korte tijd. Heb je er niet om gevraagd, doe dan niets: je wachtwoord blijft zoals het is.
mail_password-subject = Je wachtwoord is gewijzigd
mail_password-changed = Het wachtwoord van je XWMS-account is zojuist gewijzigd, en elk ander apparaat is uitgelogd.
mail_password-forgot = Was jij het niet, stel dan nu een nieuw in:
mail_reuse-subject = Een verbinding met je account is beëindigd
mail_reuse-ended = { $client } was met je XWMS-account verbonden met een token dat een tweede keer is gebruikt. Het kan gekopieerd zijn, daarom heeft XWMS die verbinding beëindigd. Log daar opnieuw in om verder te gaan.
mail_reuse-forgot = Ben je bang dat iemand anders je account gebruikt, stel dan een nieuw wachtwoord in:
mail_partner-subject = Nieuws over { $client } op XWMS
mail_partner-because = Je krijgt deze mail omdat je { $client } beheert op XWMS.
mail_partner-reuse = Een refresh-token van een van je gebruikers is een tweede keer gebruikt. Het kan gekopieerd zijn, daarom heeft XWMS die login met alle tokens beëindigd; de gebruiker logt opnieuw in om verder te gaan. Deden je servers het zelf, laat ze dan elk nieuw refresh-token opslaan voordat ze het gebruiken, en alleen een mislukt verzoek herhalen.
mail_factor-subject = Hoe je inlogt is gewijzigd
mail_factor-app_added = Er is zojuist een authenticator-app aan je XWMS-account toegevoegd.
mail_factor-app_removed = De authenticator-app van je XWMS-account is zojuist weggehaald.
mail_factor-codes = Er zijn zojuist nieuwe herstelcodes gemaakt voor je XWMS-account. De oude werken niet meer.
mail_factor-ended = Elk ander apparaat is uitgelogd.
mail_recovery-subject = Er is een herstelcode gebruikt
mail_recovery-used = Iemand heeft met je wachtwoord en een herstelcode op je XWMS-account ingelogd. { $left ->
    [0] Er is geen code meer over: maak nieuwe.
    [one] Er is één code over.
   *[other] Er zijn { $left } codes over.
 }
mail_factor-passkey_added = Er is zojuist een passkey aan je XWMS-account toegevoegd.
mail_factor-passkey_removed = Er is zojuist een passkey van je XWMS-account verwijderd.
