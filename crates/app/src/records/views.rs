//! One record with what belongs to it.

use super::{Records, found};
use domain::records::{Associate, Company, Contact, Project, Sale};
use domain::{AssociateId, CompanyId, ContactId, Ctx, InstallationId, ProjectId, Result, SaleId};
use store::{ContactFilter, ContactRow, ProjectFilter, ProjectRow, SaleFilter, SaleRow, Tx};

/// How many related records a page shows; the lists hold all.
const RELATED: u32 = 100;

/// A company with its contacts, projects and sales.
#[derive(Debug, Clone)]
pub struct CompanyView {
    /// The company.
    pub company: Company,
    /// The name of the associate who looks after it.
    pub our_contact_name: String,
    /// The country in English.
    pub country_name: String,
    /// Its contacts, at most 100.
    pub contacts: Vec<ContactRow>,
    /// Its projects, at most 100.
    pub projects: Vec<ProjectRow>,
    /// Its sales, at most 100.
    pub sales: Vec<SaleRow>,
}

/// A contact with their company.
#[derive(Debug, Clone)]
pub struct ContactView {
    /// The contact.
    pub contact: Contact,
    /// The company's name.
    pub company_name: String,
    /// The country of the own address in English.
    pub country_name: String,
    /// The contact's sales, at most 100.
    pub sales: Vec<SaleRow>,
}

/// A project with its sales.
#[derive(Debug, Clone)]
pub struct ProjectView {
    /// The project.
    pub project: Project,
    /// The company's name.
    pub company_name: String,
    /// The project manager's name.
    pub leader_name: String,
    /// Its sales, at most 100.
    pub sales: Vec<SaleRow>,
}

/// A sale with the names it refers to.
#[derive(Debug, Clone)]
pub struct SaleView {
    /// The sale.
    pub sale: Sale,
    /// The company's name.
    pub company_name: String,
    /// The contact's name.
    pub contact_name: String,
    /// The project's name.
    pub project_name: String,
    /// The owner's name.
    pub owner_name: String,
}

/// An associate with the names of their groups.
#[derive(Debug, Clone)]
pub struct AssociateView {
    /// The associate.
    pub associate: Associate,
    /// The primary group's name, then the others'.
    pub group_names: Vec<String>,
}

impl Records<'_> {
    /// One company.
    pub async fn company(&self, ctx: &Ctx, id: CompanyId) -> Result<CompanyView> {
        let i = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let company = found(tx.companies(i).get(id)?, "company")?;
                let contacts = ContactFilter { company: Some(id), ..ContactFilter::default() };
                let projects = ProjectFilter { company: Some(id), ..ProjectFilter::default() };
                let sales = SaleFilter { company: Some(id), ..SaleFilter::default() };
                Ok(CompanyView {
                    our_contact_name: associate_name(tx, i, company.our_contact)?,
                    country_name: country(&company.country),
                    contacts: tx.contacts(i).browse(&contacts, None, RELATED)?.items,
                    projects: tx.projects(i).browse(&projects, None, RELATED)?.items,
                    sales: tx.sales(i).browse(&sales, None, RELATED)?.items,
                    company,
                })
            })
            .await
    }

    /// One contact.
    pub async fn contact(&self, ctx: &Ctx, id: ContactId) -> Result<ContactView> {
        let i = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let contact = found(tx.contacts(i).get(id)?, "contact")?;
                let sales = SaleFilter { contact: Some(id), ..SaleFilter::default() };
                Ok(ContactView {
                    company_name: company_name(tx, i, contact.company)?,
                    country_name: country(&contact.country),
                    sales: tx.sales(i).browse(&sales, None, RELATED)?.items,
                    contact,
                })
            })
            .await
    }

    /// One project.
    pub async fn project(&self, ctx: &Ctx, id: ProjectId) -> Result<ProjectView> {
        let i = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let project = found(tx.projects(i).get(id)?, "project")?;
                let sales = SaleFilter { project: Some(id), ..SaleFilter::default() };
                Ok(ProjectView {
                    company_name: company_name(tx, i, project.company)?,
                    leader_name: associate_name(tx, i, project.leader)?,
                    sales: tx.sales(i).browse(&sales, None, RELATED)?.items,
                    project,
                })
            })
            .await
    }

    /// One sale.
    pub async fn sale(&self, ctx: &Ctx, id: SaleId) -> Result<SaleView> {
        let i = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let sale = found(tx.sales(i).get(id)?, "sale")?;
                let contact = sale.contact.map(|c| tx.contacts(i).get(c)).transpose()?.flatten();
                let project = sale.project.map(|p| tx.projects(i).get(p)).transpose()?.flatten();
                Ok(SaleView {
                    company_name: company_name(tx, i, sale.company)?,
                    contact_name: contact.map(|c| c.full_name()).unwrap_or_default(),
                    project_name: project.map(|p| p.name).unwrap_or_default(),
                    owner_name: associate_name(tx, i, sale.owner)?,
                    sale,
                })
            })
            .await
    }

    /// One associate.
    pub async fn associate(&self, ctx: &Ctx, id: AssociateId) -> Result<AssociateView> {
        let i = ctx.installation;
        self.app
            .store()
            .read(move |tx| {
                let associate = found(tx.associates(i).get(id)?, "associate")?;
                let groups = tx.groups(i).list()?;
                let group_names = associate
                    .groups()
                    .filter_map(|id| groups.iter().find(|g| g.id == id).map(|g| g.name.clone()))
                    .collect();
                Ok(AssociateView { associate, group_names })
            })
            .await
    }
}

fn company_name(tx: &Tx<'_>, i: InstallationId, id: Option<CompanyId>) -> Result<String> {
    let company = id.map(|c| tx.companies(i).get(c)).transpose()?.flatten();
    Ok(company.map(|c| c.name).unwrap_or_default())
}

fn associate_name(tx: &Tx<'_>, i: InstallationId, id: Option<AssociateId>) -> Result<String> {
    let associate = id.map(|a| tx.associates(i).get(a)).transpose()?.flatten();
    Ok(associate.map(|a| a.full_name()).unwrap_or_default())
}

/// The English name of a country, else its code.
fn country(code: &str) -> String {
    domain::codes::country_name(code, "en")
}
