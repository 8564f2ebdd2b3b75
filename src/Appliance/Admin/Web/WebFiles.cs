using System.Reflection;
using System.Security.Cryptography;

namespace Appliance.Admin.Web;

/// <summary>The page's own files, which are inside the program.</summary>
internal static class WebFiles
{
    private const string Prefix = "wwwroot/";

    public static IEnumerable<AdminRoute> Routes
    {
        get
        {
            Assembly program = Assembly.GetExecutingAssembly();
            foreach (string resource in program.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)))
            {
                string name = resource[Prefix.Length..].Replace('\\', '/');
                byte[] content = Read(program, resource);
                string path = name == "index.html" ? "/" : $"/{name}";
                yield return new AdminRoute("GET", path, Access.Anyone, "A file of the page", Answer(content, TypeOf(name)));
            }
        }
    }

    /// <summary>Asked for each time, and sent only when it is another: a new version of the program is a new page at once.</summary>
    private static ApiHandler Answer(byte[] content, string type)
    {
        string tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}\"";
        return _ => Task.FromResult(ApiAnswer.By(context =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            context.Response.Headers.ETag = tag;
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            }

            context.Response.ContentType = type;
            context.Response.ContentLength = content.Length;
            return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.Body.WriteAsync(content, context.RequestAborted).AsTask();
        }));
    }

    private static byte[] Read(Assembly program, string resource)
    {
        using Stream stream = program.GetManifestResourceStream(resource)!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".json" => "application/json; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };
}
