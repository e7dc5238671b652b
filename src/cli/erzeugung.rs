//! `generate`.

use super::argumente::Erzeugung;
use super::zeilen::{absatz, anzahl};
use super::{Absage, Ende, Konsole, threads_der_umgebung};
use crate::generate::erzeuge;

/// Generates a quarter and says how large it is.
pub(super) fn generate(angaben: &Erzeugung, konsole: &mut Konsole<'_>) -> Result<Ende, Absage> {
    let umfang = angaben.umfang().map_err(Absage::Aufruf)?;
    let threads = threads_der_umgebung()?;
    let erzeugt = erzeuge(&umfang, &angaben.out, Some(threads)).map_err(|fehler| {
        Absage::Grund(format!("{fehler}\n1 Fehler; es wurde nichts geschrieben"))
    })?;
    let zahl = |zahl: usize| anzahl(zahl as u64);
    let out = angaben.out.display();
    let (faelle, gekennzeichnet) = (anzahl(erzeugt.faelle), anzahl(erzeugt.gekennzeichnet));
    let (praxen, schliessungen) = (zahl(erzeugt.praxen), zahl(erzeugt.schliessungen));
    let (dateien, megabyte) = (zahl(erzeugt.dateien), anzahl(erzeugt.bytes.div_ceil(1_000_000)));
    let mut blatt = vec![format!("Testquartal {} · alles erfunden", erzeugt.quartal)];
    absatz(&mut blatt, "Fälle", &format!("{faelle}, davon gekennzeichnet {gekennzeichnet}"));
    absatz(&mut blatt, "Praxen", &format!("{praxen}, dazu geschlossene {schliessungen}"));
    absatz(&mut blatt, "Dateien", &format!("{dateien} mit {megabyte} MB"));
    blatt.push(format!("{:13}{out}: geschrieben", "Ordner"));
    konsole.antworte(&(blatt.join("\n") + "\n"))?;
    Ok(Ende::Fertig)
}
