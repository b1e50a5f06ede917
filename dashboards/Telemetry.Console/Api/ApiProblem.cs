using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Telemetry.Console.Api;

/// <summary>
/// <c>{"error":"…","parameter":"q","position":7,"expected":"a value"}</c>; position (0-based, UTF-16 characters) and expected
/// are there for a query that does not parse.
/// </summary>
internal static class ApiProblem
{
    public static Task WriteAsync(HttpResponse response, int status, BadRequest problem)
    {
        response.StatusCode = status;
        return JsonAnswer.WriteAsync(response, json =>
        {
            json.WriteStartObject();
            json.WriteString("error"u8, problem.Error);
            if (problem.Parameter is not null)
            {
                json.WriteString("parameter"u8, problem.Parameter);
            }

            if (problem.Syntax is { } syntax)
            {
                json.WriteNumber("position"u8, syntax.Position);
                json.WriteString("expected"u8, syntax.Expected);
            }

            json.WriteEndObject();
        });
    }
}
