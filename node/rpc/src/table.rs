//! One registration per method: it makes both the callable method and its entry in the OpenRPC document, so neither
//! can exist without the other.

use crate::context::Context;
use crate::error::{ErrorKind, RpcError};
use crate::fields::field_names;
use crate::gate::Gate;
use crate::openrpc::{self, MethodEntry};
use crate::places::Place;
use crate::types::NoParams;
use jsonrpsee::core::SubscriptionError;
use jsonrpsee::server::{MethodCallback, Methods, PendingSubscriptionSink, RpcModule};
use jsonrpsee::types::{ErrorObjectOwned, Extensions, Params};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

/// The same method was registered twice.
#[derive(Debug, thiserror::Error)]
#[error("the method table is wrong: {0}")]
pub struct TableError(#[from] jsonrpsee::core::RegisterMethodError);

type Registration = Box<dyn FnOnce(&mut RpcModule<Context>) -> Result<(), TableError> + Send>;

/// Methods that wait for their context, and what the document says about them.
pub struct Table {
    registrations: Vec<Registration>,
    entries: Vec<MethodEntry>,
    schemas: SchemaGenerator,
}

impl Table {
    /// No methods.
    #[must_use]
    pub fn new() -> Self {
        let schemas = SchemaSettings::draft07()
            .with(|settings| settings.definitions_path = "/components/schemas".into())
            .into_generator();
        Self { registrations: Vec::new(), entries: Vec::new(), schemas }
    }

    /// A method that does a few point reads; it runs where the request was read.
    pub(crate) fn light<P, R>(
        &mut self,
        name: &'static str,
        summary: &'static str,
        method: fn(&Context, P) -> Result<R, RpcError>,
    ) where
        P: DeserializeOwned + JsonSchema + 'static,
        R: Serialize + JsonSchema + Clone + 'static,
    {
        self.describe::<P, R>(name, summary, None);
        self.add(move |module| {
            module.register_method(name, move |params, context, _| method(context, read_params(&params)?).map_err(wire))
        });
    }

    /// A method that reads or computes more; it runs on a blocking thread behind a gate.
    pub(crate) fn heavy<P, R>(
        &mut self,
        name: &'static str,
        summary: &'static str,
        gate: fn(&Context) -> &Gate,
        method: fn(&Context, P) -> Result<R, RpcError>,
    ) where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        R: Serialize + JsonSchema + Clone + Send + 'static,
    {
        self.describe::<P, R>(name, summary, None);
        self.add(move |module| {
            module.register_async_method(name, move |params, context, _| async move {
                let params = read_params::<P>(&params)?;
                let permit = gate(&context).enter().await.map_err(wire)?;
                let work = move || {
                    let outcome = method(&context, params);
                    drop(permit);
                    outcome
                };
                let done = tokio::task::spawn_blocking(work).await;
                done.unwrap_or_else(|error| Err(RpcError::internal(&error.to_string()))).map_err(wire)
            })
        });
    }

    /// A method that waits for others, and hears which address asks.
    pub(crate) fn asynchronous<P, R, Fut>(
        &mut self,
        name: &'static str,
        summary: &'static str,
        method: fn(Arc<Context>, Option<IpAddr>, P) -> Fut,
    ) where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        R: Serialize + JsonSchema + Clone + Send + 'static,
        Fut: Future<Output = Result<R, RpcError>> + Send + 'static,
    {
        self.describe::<P, R>(name, summary, None);
        self.add(move |module| {
            module.register_async_method(name, move |params, context, extensions| async move {
                method(context, client_of(&extensions), read_params(&params)?).await.map_err(wire)
            })
        });
    }

    /// A subscription: the names of the method, of its notifications and of the method that ends it.
    pub(crate) fn subscription<P, Item, F, Fut>(
        &mut self,
        [name, notification, end]: [&'static str; 3],
        summary: &'static str,
        method: F,
    ) where
        P: DeserializeOwned + JsonSchema + 'static,
        Item: JsonSchema,
        F: Fn(Arc<Context>, Option<IpAddr>, Result<P, RpcError>, PendingSubscriptionSink) -> Fut
            + Send
            + Sync
            + Clone
            + 'static,
        Fut: Future<Output = Result<(), SubscriptionError>> + Send + 'static,
    {
        self.describe::<P, Item>(name, summary, Some(notification));
        self.add(move |module| {
            module.register_subscription(name, notification, end, move |params, pending, context, extensions| {
                method(context, client_of(&extensions), parse(&params), pending)
            })
        });
    }

    /// `rpc.discover`, which answers the document over everything registered before.
    pub(crate) fn register_discover(&mut self) {
        let name = openrpc::DISCOVER;
        self.describe::<NoParams, Value>(name, "This document.", None);
        let document = Arc::new(self.document());
        self.add(move |module| {
            module.register_method(name, move |params, _, _| {
                read_params::<NoParams>(&params)?;
                Ok::<Value, ErrorObjectOwned>(Value::clone(&document))
            })
        });
    }

    /// The OpenRPC document.
    #[must_use]
    pub fn document(&self) -> Value {
        openrpc::document(&self.entries, self.schemas.definitions())
    }

    /// The names of all methods.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.entries.iter().map(|entry| entry.name)
    }

    /// The callable methods over `context`.
    ///
    /// # Errors
    /// [`TableError`] when a name is used twice.
    pub fn into_methods(self, context: Context) -> Result<Methods, TableError> {
        let mut module = RpcModule::new(context);
        for register in self.registrations {
            register(&mut module)?;
        }
        Ok(module.into())
    }

    fn describe<P: DeserializeOwned + JsonSchema, R: JsonSchema>(
        &mut self,
        name: &'static str,
        summary: &'static str,
        notification: Option<&'static str>,
    ) {
        let params = P::json_schema(&mut self.schemas);
        let result = self.schemas.subschema_for::<R>();
        let order = field_names::<P>();
        self.entries.push(MethodEntry { name, summary, notification, order, params, result });
    }

    fn add<F>(&mut self, register: F)
    where
        F: FnOnce(&mut RpcModule<Context>) -> Result<&mut MethodCallback, jsonrpsee::core::RegisterMethodError>
            + Send
            + 'static,
    {
        self.registrations.push(Box::new(move |module| {
            register(module)?;
            Ok(())
        }));
    }
}

impl Default for Table {
    fn default() -> Self {
        Self::new()
    }
}

/// The address of the client. The server puts the place of each connection there.
fn client_of(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Arc<Place>>().map(|place| place.ip())
}

fn wire(error: RpcError) -> ErrorObjectOwned {
    error.into()
}

fn read_params<P: DeserializeOwned>(params: &Params<'_>) -> Result<P, ErrorObjectOwned> {
    parse(params).map_err(wire)
}

/// Reads positional or named parameters; absent ones are an empty list.
fn parse<P: DeserializeOwned>(params: &Params<'_>) -> Result<P, RpcError> {
    let text = params.as_str().unwrap_or("[]").trim();
    if !text.starts_with(['[', '{']) {
        return Err(RpcError::params("parameters are an array or an object"));
    }
    serde_json::from_str(text).map_err(|error| {
        let expected = field_names::<P>();
        let hint = if expected.is_empty() {
            "this method takes no parameters".to_owned()
        } else {
            format!("the parameters are, in order: {}", expected.join(", "))
        };
        RpcError::new(ErrorKind::InvalidParams, error.to_string(), hint)
    })
}
