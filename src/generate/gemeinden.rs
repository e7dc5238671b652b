//! Real municipalities with their official population: those of the demo quarter's excerpt.
//!
//! © Statistisches Bundesamt (Destatis), 2021: GV100AD of 30.11.2021, population of 31.12.2020.

/// The excerpt, as it is written.
pub(super) const GV100AD: &str = include_str!("../../testdata/2024Q1/gv100ad_2021-11-30.txt");

/// A municipality on the mainland.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gemeinde {
    /// Amtlicher Gemeindeschlüssel.
    pub(super) ags: &'static str,
    /// Name without its title.
    pub(super) name: &'static str,
    /// Official figure.
    pub(super) einwohner: u32,
}

/// Returns the municipalities that practices lie in, in the order of the excerpt: neither the
/// islands, which have practices of their own, nor areas where nobody lives.
pub(super) fn festland() -> Vec<Gemeinde> {
    let alle = GV100AD.lines().filter(|zeile| zeile.starts_with("60")).filter_map(gemeinde);
    alle.filter(|g| 0 < g.einwohner && !super::inseln::ist_insel(g.ags)).collect()
}

/// Columns of Satzart 60, counted in characters from 1: AGS 11–18, name 23–72, population 140–150.
fn gemeinde(zeile: &'static str) -> Option<Gemeinde> {
    let spalten = |von: usize, bis: usize| {
        let byte = |spalte| zeile.char_indices().nth(spalte).map(|(i, _)| i);
        zeile.get(byte(von - 1)?..byte(bis)?)
    };
    let name = spalten(23, 72)?.trim();
    Some(Gemeinde {
        ags: spalten(11, 18)?,
        name: name.split_once(", ").map_or(name, |(name, _)| name),
        einwohner: spalten(140, 150)?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_the_official_ones() {
        let gemeinden = festland();
        let zahl =
            |ags: &str| gemeinden.iter().find(|g| g.ags == ags).map(|g| (g.name, g.einwohner));
        assert_eq!(zahl("03157006"), Some(("Peine", 50_249)));
        assert_eq!(zahl("03402000"), Some(("Emden", 49_874)));
        assert_eq!(zahl("03452007"), Some(("Großheide", 8_652)));
        assert_eq!(zahl("03457002"), None, "Borkum is an island");
        assert_eq!(zahl("03153504"), None, "nobody lives there");
        assert_eq!(gemeinden.len(), 34);
    }
}
