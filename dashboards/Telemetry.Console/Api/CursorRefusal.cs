using Telemetry.Store;

namespace Telemetry.Console.Api;

/// <summary>A cursor that was cut short is the caller's fault: started over silently, a client would page for ever.</summary>
internal static class CursorRefusal
{
    /// <summary>Searches; a cursor that is none is a <see cref="BadRequestException"/>.</summary>
    public static async Task<SearchResult> SearchOrRefuseAsync(
        this IDocumentReader documents, SearchRequest request, CancellationToken cancel)
    {
        try
        {
            return await documents.SearchAsync(request, cancel);
        }
        catch (FormatException e)
        {
            throw new BadRequestException(new BadRequest(e.Message, "cursor"));
        }
    }
}
