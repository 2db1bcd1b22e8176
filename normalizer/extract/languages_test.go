package extract

import "testing"

// TestLanguage is a short text of every language that news comes in most, and of those that are taken for one another.
func TestLanguage(t *testing.T) {
	rows := []struct{ want, said, text string }{
		{"zh-Hans", "", "图书馆从本周起开到夜里十点，读者说这样很方便。"},
		{"zh-Hant", "", "圖書館從本週起開到夜裡十點，讀者說這樣很方便。"},
		{"zh-Hant", "zh-TW", "大江之水天上來。"},
		{"ja", "", "図書館は今週から夜十時まで開いています。"},
		{"ko", "", "도서관은 이번 주부터 밤 열 시까지 문을 연다."},
		{"en", "", "The library in the old town will be open until ten at night from this week on, and it is free for all."},
		{"de", "", "Die Bibliothek in der Altstadt ist von dieser Woche an bis zehn Uhr geöffnet, und der Eintritt ist nicht teuer."},
		{"fr", "", "La bibliothèque de la vieille ville est ouverte jusqu'à dix heures du soir et les lecteurs sont dans la joie."},
		{"es", "", "La biblioteca de la ciudad está abierta hasta las diez de la noche y los lectores están contentos con el cambio."},
		{"pt", "", "A biblioteca da cidade está aberta até às dez da noite e os leitores não querem que uma hora se perca."},
		{"it", "", "La biblioteca della città è aperta fino alle dieci di sera e gli studenti sono contenti che non si chiuda più."},
		{"nl", "", "De bibliotheek in de oude stad is vanaf deze week tot tien uur open en het is niet duur voor wie er komt."},
		{"ro", "", "Biblioteca din oraș este deschisă până la zece seara și cititorii sunt mulțumiți pentru că nu mai pleacă devreme."},
		{"pl", "", "Biblioteka na starym mieście jest otwarta do dziesiątej i nie trzeba się spieszyć, bo to jest dla wszystkich."},
		{"cs", "", "Knihovna ve starém městě je otevřena do deseti hodin a čtenáři se tam rádi vracejí, protože je to pro ně blízko."},
		{"sk", "", "Knižnica v starom meste je otvorená do desiatej a čitatelia sa tam radi vracajú, lebo je to pre nich aj blízko."},
		{"hu", "", "A könyvtár az óvárosban este tíz óráig van nyitva, és az olvasók azt mondják, hogy ez nem csak nekik jó."},
		{"sv", "", "Biblioteket i gamla stan är öppet till klockan tio och det är inte dyrt för dem som kommer efter jobbet."},
		{"da", "", "Biblioteket i den gamle by er åbent til klokken ti, og det er ikke dyrt for dem, hvad mange siger efter noget tid."},
		{"nb", "no", "Biblioteket i gamlebyen er åpent til klokken ti, og det er ikke dyrt for dem som kommer etter jobb, hva noen enn sier."},
		{"fi", "", "Kirjasto on auki kello kymmeneen ja lukijat ovat sitä mieltä, että se ei ole liikaa, vaan hän on myös iloinen."},
		{"et", "", "Raamatukogu on avatud kella kümneni ja lugejad ei ole selle vastu, sest see on ka neile, kes tema juurde tulevad."},
		{"lv", "", "Bibliotēka ir atvērta līdz desmitiem, un lasītāji to slavē, jo tas nav par daudz, bet arī ne par maz."},
		{"lt", "", "Biblioteka yra atidaryta iki dešimtos, ir skaitytojai sako, kad tai buvo gerai, bet dar ne viskas po to."},
		{"tr", "", "Kütüphane bu haftadan itibaren saat ona kadar açık ve okuyucular için çok iyi bir haber olarak görülüyor."},
		{"id", "", "Perpustakaan di kota tua itu akan buka sampai pukul sepuluh malam dan tidak ada biaya untuk pembaca yang datang."},
		{"vi", "", "Thư viện của thành phố được mở cửa đến mười giờ đêm và không có một người nào phải trả tiền cho việc này."},
		{"ru", "", "Библиотека в старом городе открыта до десяти, и это не только для студентов, но и для всех, кто живёт рядом."},
		{"uk", "", "Бібліотека у старому місті відкрита до десятої, і це не тільки для студентів, а й для всіх, хто живе поруч."},
		{"bg", "", "Библиотеката в стария град е отворена до десет и това не е само за студентите, а за всички, които са наблизо."},
		{"sr", "", "Библиотека у старом граду је отворена до десет и то није само за студенте, већ и за све који су у близини."},
		{"el", "", "Η βιβλιοθήκη είναι ανοιχτή μέχρι τις δέκα το βράδυ."},
		{"ar", "", "المكتبة في المدينة مفتوحة حتى العاشرة مساء من هذا الأسبوع."},
		{"fa", "", "کتابخانه شهر از این هفته تا ساعت ده شب باز است و برای همه رایگان می شود."},
		{"ur", "", "شہر کی لائبریری اس ہفتے سے رات دس بجے تک کھلی رہے گی اور یہ سب کے لیے ہے۔"},
		{"he", "", "הספרייה בעיר פתוחה עד עשר בלילה."},
		{"hi", "", "पुस्तकालय इस सप्ताह से रात दस बजे तक खुला रहेगा।"},
		{"bn", "", "গ্রন্থাগার এই সপ্তাহ থেকে রাত দশটা পর্যন্ত খোলা থাকবে।"},
		{"th", "", "ห้องสมุดเปิดถึงสี่ทุ่มตั้งแต่สัปดาห์นี้"},
		{"hy", "", "Գրադարանը բաց է մինչև ժամը տասը։"},
		{"ka", "", "ბიბლიოთეკა ღიაა ღამის ათ საათამდე."},
	}
	for _, row := range rows {
		t.Run(row.want, func(t *testing.T) {
			p := &page{in: Input{Language: row.said}, facts: newFacts(), script: countScripts([]string{row.text})}
			if got := p.language(row.text); got != row.want {
				t.Errorf("%s", got)
			}
		})
	}
	if len(smallWords) > 64 {
		t.Error("more languages than bits")
	}
}
