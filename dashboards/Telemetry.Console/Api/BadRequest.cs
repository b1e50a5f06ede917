using Telemetry.Query;

namespace Telemetry.Console.Api;

/// <summary>What is wrong with a request.</summary>
/// <param name="Error">One sentence.</param>
/// <param name="Parameter">Name of the parameter at fault; null when it is none.</param>
/// <param name="Syntax">Set when the query is no KQL.</param>
internal sealed record BadRequest(string Error, string? Parameter, KqlSyntaxError? Syntax = null);
